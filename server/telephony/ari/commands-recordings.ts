/** Verbs about recordings: the one being made, and the files Asterisk keeps. */
import { orEndedAlready, orUndefined } from './call.ts'
import type { CommandDeps } from './command-deps.ts'
import type { AriCommands } from './face.ts'
import { fits, mustFit } from './names.ts'
import { fields, list, name, target, textOr } from './read.ts'

type RecordingVerbs =
  'record' | 'stopRecording' | 'findLiveRecording' | 'listStoredRecordings' | 'fetchStoredRecording' | 'deleteStoredRecording'

export function recordingCommands({ call, http }: CommandDeps): Pick<AriCommands, RecordingVerbs> {
  return {
    async record(channelId, recordingName, { maxDurationSeconds, maxSilenceSeconds, terminateOn = 'none', beep = false }) {
      mustFit('channels.record', 'id', channelId)
      mustFit('channels.record', 'recording', recordingName)
      const ask = {
        channelId,
        name: recordingName,
        format: 'wav',
        maxDurationSeconds,
        maxSilenceSeconds,
        terminateOn,
        beep,
        ifExists: 'fail',
      }
      await call('channels.record', channelId, (ari) => ari.channels.record(ask))
    },

    async stopRecording(recordingName) {
      mustFit('recordings.stop', 'recording', recordingName)
      await orEndedAlready(call('recordings.stop', undefined, (ari) => ari.recordings.stop({ recordingName })))
    },

    async findLiveRecording(recordingName) {
      mustFit('recordings.getLive', 'recording', recordingName)
      return orUndefined(call('recordings.getLive', undefined, (ari) => ari.recordings.getLive({ recordingName }), liveRecording))
    },

    async listStoredRecordings() {
      return call('recordings.listStored', undefined, (ari) => ari.recordings.listStored(), namesOfOurs)
    },

    async fetchStoredRecording(recordingName) {
      mustFit('recordings.getStoredFile', 'recording', recordingName)
      // Not through ari-client, which can only give a whole file as one Buffer: a conversation may be a hundred megabytes.
      const path = `/ari/recordings/stored/${encodeURIComponent(recordingName)}/file`
      const ask = { operation: 'recordings.getStoredFile', method: 'GET', path } as const
      return call(
        'recordings.getStoredFile',
        undefined,
        () => http.stream(ask),
        (stream) => stream,
      )
    },

    async deleteStoredRecording(recordingName) {
      mustFit('recordings.deleteStored', 'recording', recordingName)
      await orEndedAlready(call('recordings.deleteStored', undefined, (ari) => ari.recordings.deleteStored({ recordingName })))
    },
  }
}

/** Files that are not named as ours are not ours to touch. */
function namesOfOurs(reply: unknown): string[] {
  return list(reply, 'stored recordings')
    .map((each) => fields(each, 'stored recording').name)
    .filter((each) => fits('recording', each))
}

function liveRecording(reply: unknown) {
  const recording = fields(reply, 'live recording')
  const { channelId } = target(recording.target_uri)
  return { name: name('recording', recording.name), channelId, state: textOr('', recording.state) }
}
