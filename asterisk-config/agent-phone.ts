import { isIPv6 } from 'node:net'

export interface AgentPhone {
  /** `agent-…`: the SIP user, and the name of all three objects. */
  sipUser: string
  /** MD5 of `user:ringback:password`, 32 hexadecimal digits. */
  passwordDigest: string
  /** What SIP and RTP are bound to (`binds.sip` of the rendered configuration). */
  sipBind: string
}

export interface SorceryObject {
  objectType: 'auth' | 'aor' | 'endpoint'
  id: string
  fields: Record<string, string>
}

/** What makes an agent's phone known to Asterisk, in the order to push it; remove in reverse. */
export function agentPhoneConfig({ sipUser, passwordDigest, sipBind }: AgentPhone): SorceryObject[] {
  const auth = { auth_type: 'digest', username: sipUser, realm: 'ringback', password_digest: `MD5:${passwordDigest}` }
  // One phone each, the latest: a stale address left in Asterisk's database would be rung instead of the real one.
  const aor = { max_contacts: '1', remove_existing: 'yes', qualify_frequency: '30', qualify_timeout: '3', maximum_expiration: '3600' }
  return [
    { objectType: 'auth', id: sipUser, fields: auth },
    { objectType: 'aor', id: sipUser, fields: aor },
    { objectType: 'endpoint', id: sipUser, fields: { auth: sipUser, aors: sipUser, ...ENDPOINT, ...media(sipBind) } },
  ]
}

const ENDPOINT = {
  identify_by: 'username',
  transport: 'transport-udp',
  // A phone that is stolen or guessed can call nobody and text nobody.
  context: 'nowhere',
  message_context: 'nowhere',
  allow: '!all,alaw,ulaw',
  dtmf_mode: 'auto',
  direct_media: 'no',
  allow_transfer: 'no',
  allow_subscribe: 'no',
  // A phone shows and keeps what it is sent: never the worker's number, only what the service gave the call as its caller.
  send_pai: 'no',
  send_rpid: 'no',
  send_diversion: 'no',
  send_connected_line: 'no',
  trust_connected_line: 'no',
  trust_id_outbound: 'no',
  sdp_owner: '-',
  sdp_session: '-',
  // Behind a router: answer to where it came from.
  rtp_symmetric: 'yes',
  force_rport: 'yes',
  rewrite_contact: 'yes',
  rtp_timeout: '60',
  rtp_timeout_hold: '600',
}

function media(sipBind: string): Record<string, string> {
  if (sipBind === '0.0.0.0' || sipBind === '::') return {}
  return { media_address: sipBind, bind_rtp_to_media_address: 'yes', rtp_ipv6: isIPv6(sipBind) ? 'yes' : 'no' }
}
