import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startAsterisk, type AsteriskProcess } from '../../scripts/lib/asterisk-process.ts'
import { locateAsterisk, type AsteriskBinary } from '../../scripts/setup/asterisk.ts'
import { createPhone } from './phone/index.ts'
import { freeRtpPorts, freeUdpPort } from './ports.ts'

export type PlainAsterisk = {
  sipPort: number
  /** Where Record() writes when the dialplan says ${ASTSPOOLDIR}. */
  spoolFolder: string
  stop(): Promise<void>
}

/**
 * An Asterisk that knows nothing of the product: no ARI, only the PJSIP objects and the dialplan given.
 * @param config.address of its UDP transport, loopback; 127.0.0.1 when not given
 */
export async function startPlainAsterisk(config: {
  pjsip: string
  extensions: string
  address?: string
  sipPort?: number
}): Promise<PlainAsterisk> {
  const { address = '127.0.0.1' } = config
  const binary = await locateAsterisk({ mode: 'auto', log: console.log })
  const folder = await mkdtemp(join(tmpdir(), 'ringback-plain-asterisk-'))
  const sipPort = config.sipPort ?? (await freeUdpPort(address))
  const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    await writeConfig(folder, binary, { ...config, address, sipPort })
    const asterisk = await launch(folder, binary, `${address}:${sipPort}`)
    return { sipPort, spoolFolder: join(folder, 'astspooldir'), stop: () => asterisk.kill().then(removeFolder) }
  } catch (error) {
    await removeFolder()
    throw error
  }
}

/** Ready means that SIP answers; there is no ARI to ask. */
async function launch(folder: string, binary: AsteriskBinary, hostPort: string): Promise<AsteriskProcess> {
  const probe = await createPhone({ address: '127.0.0.1' })
  const ready = async (): Promise<boolean> => (await probe.ping(`sip:${hostPort}`)) !== 408
  try {
    return await startAsterisk({ binary, configFolder: folder, ready })
  } finally {
    await probe.close()
  }
}

const FOLDERS = ['astvarlibdir', 'astdbdir', 'astkeydir', 'astspooldir', 'astrundir', 'astlogdir', 'astcachedir']

const MODULES = [
  ...['res_timing_timerfd', 'res_sorcery_config', 'res_sorcery_memory', 'res_sorcery_astdb', 'res_crypto', 'res_http_websocket'],
  ...['res_pjproject', 'res_pjsip', 'res_pjsip_session', 'res_pjsip_pubsub', 'res_pjsip_sdp_rtp', 'res_pjsip_registrar'],
  ...['res_pjsip_authenticator_digest', 'res_pjsip_endpoint_identifier_user', 'res_pjsip_endpoint_identifier_ip'],
  ...['res_pjsip_caller_id', 'res_pjsip_rfc3326', 'res_pjsip_messaging', 'chan_pjsip', 'res_rtp_asterisk', 'codec_ulaw', 'codec_alaw'],
  ...['format_pcm', 'format_wav', 'bridge_simple', 'bridge_native_rtp', 'app_echo', 'app_dial', 'app_read', 'app_senddtmf'],
  ...[
    'app_record',
    'app_verbose',
    'pbx_config',
    'res_srtp',
    'res_pjsip_header_funcs',
    'app_playback',
    'func_channel',
    'func_callerid',
    'func_strings',
    'app_system',
  ],
]

async function writeConfig(
  folder: string,
  binary: AsteriskBinary,
  config: { pjsip: string; extensions: string; address: string; sipPort: number },
): Promise<void> {
  const rtp = await freeRtpPorts('127.0.0.1', 200)
  const places = [`astetcdir => ${folder}`, `astmoddir => ${binary.modulesFolder}`, `astdatadir => ${binary.dataFolder}`]
  const files = {
    'asterisk.conf': ['[directories]', ...places, ...FOLDERS.map((name) => `${name} => ${join(folder, name)}`)].join('\n'),
    'modules.conf': ['[modules]', 'autoload=no', ...MODULES.map((name) => `load=${name}.so`)].join('\n'),
    'rtp.conf': `[general]\nrtpstart=${rtp.first}\nrtpend=${rtp.last}\n`,
    'pjsip.conf': `[udp]\ntype=transport\nprotocol=udp\nbind=${config.address}:${config.sipPort}\n${config.pjsip}`,
    'extensions.conf': config.extensions,
  }
  for (const name of FOLDERS) await mkdir(join(folder, name))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
}
