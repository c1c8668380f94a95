/**
 * The part of ARI the fake speaks, one operation a line: method, path, name, then its parameters: `q:` in the query or the
 * body, `b:` the body itself. test/telephony/ari-asterisk.test.ts compares it with what a real Asterisk describes.
 */
const OPERATIONS = `
GET    /applications                                     applications.list
GET    /applications/{applicationName}                   applications.get
POST   /applications/{applicationName}/subscription      applications.subscribe       q:eventSource
DELETE /applications/{applicationName}/subscription      applications.unsubscribe     q:eventSource
PUT    /applications/{applicationName}/eventFilter       applications.filter          b:filter
GET    /asterisk/info                                    asterisk.getInfo
GET    /asterisk/ping                                    asterisk.ping
POST   /asterisk/variable                                asterisk.setGlobalVar       q:variable q:value
PUT    /asterisk/config/dynamic/{configClass}/{objectType}/{id} asterisk.updateObject b:fields
DELETE /asterisk/config/dynamic/{configClass}/{objectType}/{id} asterisk.deleteObject
POST   /bridges                                          bridges.create               q:type q:bridgeId q:name
DELETE /bridges/{bridgeId}                               bridges.destroy
POST   /bridges/{bridgeId}/addChannel                    bridges.addChannel           q:channel q:inhibitConnectedLineUpdates
POST   /bridges/{bridgeId}/removeChannel                 bridges.removeChannel        q:channel
GET    /channels                                         channels.list
POST   /channels                                         channels.originate           q:endpoint q:app q:appArgs q:callerId q:timeout b:variables q:channelId q:formats
POST   /channels/create                                  channels.create              q:endpoint q:app q:appArgs q:channelId q:formats b:variables
GET    /channels/{channelId}                             channels.get
DELETE /channels/{channelId}                             channels.hangup              q:reason
POST   /channels/{channelId}/continue                    channels.continueInDialplan  q:context q:extension q:priority
POST   /channels/{channelId}/move                        channels.move                q:app q:appArgs
POST   /channels/{channelId}/answer                      channels.answer
POST   /channels/{channelId}/ring                        channels.ring
DELETE /channels/{channelId}/ring                        channels.ringStop
POST   /channels/{channelId}/play                        channels.play                q:media q:playbackId
POST   /channels/{channelId}/record                      channels.record              q:name q:format q:maxDurationSeconds q:maxSilenceSeconds q:ifExists q:beep q:terminateOn
POST   /channels/{channelId}/variable                    channels.setChannelVar       q:variable q:value
GET    /channels/{channelId}/variables                   channels.getChannelVars      q:variables
POST   /channels/{channelId}/variables                   channels.setChannelVars      b:variables
POST   /channels/{channelId}/dial                        channels.dial                q:timeout
GET    /endpoints/{tech}                                 endpoints.listByTech
POST   /events/claim                                     events.claimChannel          q:channelId q:application
POST   /events/user/{eventName}                          events.userEvent             q:application b:variables
DELETE /playbacks/{playbackId}                           playbacks.stop
GET    /recordings/stored                                recordings.listStored
DELETE /recordings/stored/{recordingName}                recordings.deleteStored
GET    /recordings/stored/{recordingName}/file           recordings.getStoredFile
GET    /recordings/live/{recordingName}                  recordings.getLive
POST   /recordings/live/{recordingName}/stop             recordings.stop
`

export type FakeOperation = {
  name: string
  method: string
  path: string
  parameters: Array<{ name: string; paramType: 'path' | 'query' | 'body'; required: boolean }>
}

export const operations: FakeOperation[] = OPERATIONS.trim().split('\n').map(parseLine)

/** The resource's API description, as `/ari/api-docs/<resource>.json` gives it. */
export function describeResource(resource: string): object | undefined {
  const own = operations.filter(({ name }) => name.startsWith(`${resource}.`))
  if (own.length === 0) return undefined
  return {
    apis: own.map(({ name, method, path, parameters }) => ({
      path,
      operations: [
        { httpMethod: method, nickname: name.split('.')[1], responseClass: name.endsWith('File') ? 'binary' : 'object', parameters },
      ],
    })),
  }
}

/** Which operation a request is, with the parameters of its path. */
export function matchOperation(method: string, path: string): { operation: FakeOperation; params: Record<string, string> } | undefined {
  const asked = path.split('/')
  for (const operation of operations) {
    const described = operation.path.split('/')
    if (operation.method !== method || described.length !== asked.length) continue
    const params: Record<string, string> = {}
    const fits = described.every((part, index) => {
      const actual = decodeURIComponent(asked[index] ?? '')
      if (!part.startsWith('{')) return part === actual
      params[part.slice(1, -1)] = actual
      return true
    })
    if (fits) return { operation, params }
  }
  return undefined
}

function parseLine(line: string): FakeOperation {
  const [method = '', path = '', name = '', ...rest] = line.split(/\s+/)
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter = '']) => ({
    name: parameter,
    paramType: 'path' as const,
    required: true,
  }))
  const others = rest.map((each) => ({
    name: each.slice(2),
    paramType: each.startsWith('b:') ? ('body' as const) : ('query' as const),
    required: false,
  }))
  return { method, path, name, parameters: [...inPath, ...others] }
}
