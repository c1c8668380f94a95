/** What the fake answers to each operation, and what it does to its world: the happy path, and the refusals Asterisk has. */
import type { Emit, Happenings } from './happenings.ts'
import { asteriskTime, bridgeModel, channelModel, newId, playbackModel, recordingModel } from './world.ts'
import type { FakeChannel, World } from './world.ts'

export type Params = Record<string, unknown>
export type Reply = { status: number; body?: object | Buffer }
type Answer = (params: Params) => Reply

const NO_CONTENT: Reply = { status: 204 }

export type ReplyDeps = { world: World; happenings: Happenings; emit: Emit; applications: () => string[] }

export function createReplies({ world, happenings, emit, applications }: ReplyDeps): Record<string, Answer> {
  /** 404, 409 and 412 as Asterisk has them for verbs on a leg. */
  const onLeg =
    (act: (channel: FakeChannel, params: Params) => Reply, { mayBeDown = true } = {}): Answer =>
    (params) => {
      const channel = world.channels.get(text(params.channelId))
      if (!channel) return refuse(404, 'Channel not found')
      if (!channel.app) return refuse(409, 'Channel not in Stasis application')
      if (!mayBeDown && channel.state === 'Down') return refuse(412, 'Channel in invalid state')
      return act(channel, params)
    }
  const quietly = onLeg(() => NO_CONTENT)

  const newLeg = (params: Params, isOriginate: boolean): Reply => {
    const id = text(params.channelId) || newId()
    if (world.channels.has(id)) return refuse(409, 'Channel with given unique ID already exists')
    const { app, appArgs, endpoint } = params
    const channel = world.addChannel({
      id,
      endpoint: text(endpoint).split('@')[0] ?? '',
      state: 'Down',
      callerNumber: '',
      args: text(appArgs) ? text(appArgs).split(',') : [],
      variables: (params.variables ?? {}) as Record<string, string>,
      arrivesIn: text(app),
    })
    if (!isOriginate && !happenings.holdsNewLegs) happenings.arrive(channel)
    return ok(channelModel(channel))
  }

  /** Legs in it, and those it subscribed to and lost. */
  const isListed = (name: string, { id, app }: FakeChannel) => app === name || world.subscriptions.get(name)?.has(`channel:${id}`) === true

  const applicationModel = (name: string) => ({
    name,
    channel_ids: [...world.channels.values()].filter((channel) => isListed(name, channel)).map((channel) => channel.id),
    bridge_ids: [],
    endpoint_ids: [],
    device_names: [],
    events_allowed: [],
    events_disallowed: [],
  })

  return {
    'asterisk.ping': () => ok({ asterisk_id: 'fake', ping: 'pong', timestamp: asteriskTime(new Date()) }),
    'asterisk.getInfo': () =>
      ok({
        system: { version: '22.10.1', entity_id: 'fake' },
        status: { startup_time: asteriskTime(world.startedAt), last_reload_time: asteriskTime(world.startedAt) },
      }),
    'asterisk.setGlobalVar': ({ variable, value }) => {
      world.globals.set(text(variable), text(value))
      return NO_CONTENT
    },
    'asterisk.updateObject': ({ objectType, id, fields }) => {
      const pairs = fields as Array<{ attribute: string; value: string }>
      world.config.set(`${text(objectType)}/${text(id)}`, Object.fromEntries(pairs.map(({ attribute, value }) => [attribute, value])))
      if (objectType === 'endpoint') world.endpoints.set(text(id), 'offline')
      return ok(pairs)
    },
    'asterisk.deleteObject': ({ objectType, id }) => {
      if (objectType === 'endpoint') world.endpoints.delete(text(id))
      return world.config.delete(`${text(objectType)}/${text(id)}`) ? NO_CONTENT : refuse(404, 'Object not found')
    },

    'applications.list': () => ok(applications().map(applicationModel)),
    'applications.get': ({ applicationName: name }) =>
      applications().includes(text(name)) ? ok(applicationModel(text(name))) : refuse(404, 'Application not found'),
    'applications.filter': ({ applicationName: name, filter }) => {
      if (!applications().includes(text(name))) return refuse(404, 'Application not found')
      world.filters.set(text(name), filter)
      return ok(applicationModel(text(name)))
    },
    'applications.subscribe': ({ applicationName: name, eventSource }) => {
      if (!applications().includes(text(name))) return refuse(404, 'Application not found')
      const [kind, ...id] = text(eventSource).split(':')
      if (kind === 'channel' && !world.channels.has(id.join(':'))) return refuse(422, 'Event source does not exist')
      world.subscriptions.set(text(name), (world.subscriptions.get(text(name)) ?? new Set()).add(text(eventSource)))
      return ok(applicationModel(text(name)))
    },

    'applications.unsubscribe': ({ applicationName: name, eventSource }) =>
      world.subscriptions.get(text(name))?.delete(text(eventSource))
        ? ok(applicationModel(text(name)))
        : refuse(422, 'Event source was not subscribed to'),

    'channels.list': () => ok([...world.channels.values()].map(channelModel)),
    'channels.get': ({ channelId }) => {
      const channel = world.channels.get(text(channelId))
      return channel ? ok(channelModel(channel)) : refuse(404, 'Channel not found')
    },
    'channels.create': (params) => newLeg(params, false),
    'channels.originate': (params) => newLeg(params, true),
    'channels.dial': onLeg((channel) => {
      happenings.dialProgress(channel.id, '')
      return NO_CONTENT
    }),
    'channels.hangup': ({ channelId, reason }) => {
      if (!world.channels.has(text(channelId))) return refuse(404, 'Channel not found')
      happenings.hangUp(text(channelId), { cause: reason === 'busy' ? 17 : 16 })
      return NO_CONTENT
    },
    'channels.answer': onLeg((channel) => {
      if (channel.state !== 'Up') happenings.changeState(channel.id, 'Up')
      return NO_CONTENT
    }),
    'channels.ring': quietly,
    'channels.ringStop': quietly,
    'channels.play': onLeg(
      (channel, { playbackId }) => {
        const id = text(playbackId) || newId()
        world.playbacks.set(id, `channel:${channel.id}`)
        return { status: 201, body: playbackModel(id, `channel:${channel.id}`, 'queued') }
      },
      { mayBeDown: false },
    ),
    'channels.record': onLeg(
      (channel, { name }) => {
        const taken = world.liveRecordings.has(text(name)) || world.storedRecordings.has(text(name))
        if (taken) return refuse(409, `Recording '${text(name)}' already exists and can not be overwritten`)
        world.liveRecordings.set(text(name), channel.id)
        const recording = recordingModel(text(name), channel.id, { state: 'recording' })
        emit({ type: 'RecordingStarted', recording, application: channel.app })
        return { status: 201, body: recording }
      },
      { mayBeDown: false },
    ),
    'channels.setChannelVar': onLeg((channel, { variable, value }) => {
      channel.variables.set(text(variable), text(value))
      return NO_CONTENT
    }),
    'channels.setChannelVars': onLeg((channel, { variables }) => {
      for (const [key, value] of Object.entries(variables as Record<string, string>)) channel.variables.set(key, value)
      return NO_CONTENT
    }),
    'channels.getChannelVars': ({ channelId, variables }) => {
      const channel = world.channels.get(text(channelId))
      if (!channel) return refuse(404, 'Channel not found')
      const names = text(variables).split(',')
      if (names.some((name) => !channel.variables.has(name))) return refuse(404, 'Provided variable was not found')
      return ok({ variables: Object.fromEntries(names.map((name) => [name, channel.variables.get(name)])) })
    },
    'channels.continueInDialplan': onLeg((channel) => {
      happenings.leave(channel)
      return NO_CONTENT
    }),
    'channels.move': onLeg((channel, { app, appArgs }) => {
      if (applications().includes(text(app))) {
        happenings.leave(channel)
        happenings.arrive(Object.assign(channel, { arrivesIn: text(app), args: text(appArgs) ? text(appArgs).split(',') : [] }))
      } else
        emit({ type: 'ApplicationMoveFailed', channel: channelModel(channel), destination: text(app), args: [], application: channel.app })
      return NO_CONTENT
    }),

    'events.userEvent': ({ eventName, application, variables }) => {
      if (!applications().includes(text(application))) return refuse(404, 'Application not found')
      emit({ type: 'ChannelUserevent', eventname: text(eventName), userevent: variables, application: text(application) })
      return NO_CONTENT
    },
    'events.claimChannel': ({ channelId, application }) => {
      const channel = world.channels.get(text(channelId))
      if (world.claimed.has(text(channelId))) return refuse(409, 'Channel has already been claimed by another application')
      if (!channel || !world.offers.delete(channel.id)) return refuse(404, 'Channel not found')
      world.claimed.add(channel.id)
      happenings.arrive(Object.assign(channel, { arrivesIn: text(application) }))
      return NO_CONTENT
    },

    'bridges.create': ({ bridgeId }) => {
      const id = text(bridgeId) || newId()
      if (world.bridges.has(id)) return refuse(500, `Unable to create bridge. Possible duplicate bridge id '${id}'`)
      world.bridges.set(id, new Set())
      return ok(bridgeModel(id, []))
    },
    'bridges.destroy': ({ bridgeId }) => (happenings.destroyBridge(text(bridgeId)) ? NO_CONTENT : refuse(404, 'Bridge not found')),
    'bridges.addChannel': ({ bridgeId, channel }) => {
      const legs = world.bridges.get(text(bridgeId))
      if (!legs) return refuse(404, 'Bridge not found')
      const leg = world.channels.get(text(channel))
      if (!leg) return refuse(400, 'Channel not found')
      if (!leg.app) return refuse(422, 'Channel not in Stasis application')
      happenings.enterBridge(text(bridgeId), leg.id)
      return NO_CONTENT
    },
    'bridges.removeChannel': ({ bridgeId, channel }) => {
      if (!world.bridges.has(text(bridgeId))) return refuse(404, 'Bridge not found')
      if (!world.channels.has(text(channel))) return refuse(400, 'Channel not found')
      return happenings.leaveBridge(text(bridgeId), text(channel)) ? NO_CONTENT : refuse(422, 'Channel not in this bridge')
    },
    'playbacks.stop': ({ playbackId }) => (happenings.finishPlayback(text(playbackId)) ? NO_CONTENT : refuse(404, 'Playback not found')),

    'recordings.listStored': () => ok([...world.storedRecordings.keys()].map((name) => ({ name, format: 'wav' }))),
    'recordings.getStoredFile': ({ recordingName }) => {
      const file = world.storedRecordings.get(text(recordingName))
      return file ? { status: 200, body: file } : refuse(404, 'Recording not found')
    },
    'recordings.deleteStored': ({ recordingName }) =>
      world.storedRecordings.delete(text(recordingName)) ? NO_CONTENT : refuse(404, 'Recording not found'),
    'recordings.getLive': ({ recordingName }) => {
      const channelId = world.liveRecordings.get(text(recordingName))
      return channelId ? ok(recordingModel(text(recordingName), channelId, { state: 'recording' })) : refuse(404, 'Recording not found')
    },
    'recordings.stop': ({ recordingName }) =>
      happenings.finishRecording(text(recordingName)) ? NO_CONTENT : refuse(404, 'Recording not found'),

    'endpoints.listByTech': () =>
      ok([...world.endpoints].map(([resource, state]) => ({ technology: 'PJSIP', resource, state, channel_ids: [] }))),
  }
}

function ok(body: object): Reply {
  return { status: 200, body }
}

function refuse(status: number, message: string): Reply {
  return { status, body: { message } }
}

function text(value: unknown): string {
  if (Array.isArray(value)) return value.join(',')
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
