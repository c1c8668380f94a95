import { startTestAsterisk, type AsteriskPlace, type TestAsterisk } from '../helpers/asterisk.ts'

export const PHONE_PASSWORD = 'a-long-test-password-4711'

/**
 * A plain Asterisk: user 'phone' registers by digest; 600 echoes, 601 takes three digits and sends them back, 602 records a
 * message, 486 and 404 refuse, 700 rings the registered phone and then moves the audio to run directly between both (re-INVITE).
 */
export function startEchoAsterisk(): Promise<TestAsterisk> {
  return startTestAsterisk({ configFiles })
}

function configFiles(place: AsteriskPlace): Record<string, string> {
  const folders = ['astvarlibdir', 'astdbdir', 'astkeydir', 'astspooldir', 'astrundir', 'astlogdir', 'astcachedir']
  return {
    'asterisk.conf': [
      '[directories]',
      `astetcdir => ${place.folder}`,
      `astmoddir => ${place.binary.modulesFolder}`,
      `astdatadir => ${place.binary.dataFolder}`,
      ...folders.map((name) => `${name} => ${place.folder}/${name}`),
    ].join('\n'),
    ...Object.fromEntries(folders.map((name) => [`${name}/.keep`, ''])),
    'modules.conf': ['[modules]', 'autoload=no', ...MODULES.map((name) => `load=${name}.so`)].join('\n'),
    'http.conf': `[general]\nenabled=yes\nbindaddr=127.0.0.1\nbindport=${place.ariPort}\n`,
    'ari.conf': `[general]\nenabled=yes\n[${place.ariUser}]\ntype=user\npassword=${place.ariPassword}\n`,
    'rtp.conf': `[general]\nrtpstart=${place.rtp.first}\nrtpend=${place.rtp.last}\n`,
    'pjsip.conf': pjsip(place),
    'extensions.conf': DIALPLAN,
  }
}

const MODULES = [
  ...['res_timing_timerfd', 'res_sorcery_config', 'res_sorcery_memory', 'res_sorcery_astdb', 'res_http_websocket', 'res_crypto'],
  ...[
    'res_pjproject',
    'res_websocket_client',
    'res_ari_model',
    'res_pjsip',
    'res_pjsip_session',
    'res_pjsip_pubsub',
    'res_pjsip_sdp_rtp',
    'res_pjsip_registrar',
  ],
  ...['res_pjsip_authenticator_digest', 'res_pjsip_endpoint_identifier_user', 'res_pjsip_caller_id', 'res_pjsip_rfc3326'],
  ...['chan_pjsip', 'res_rtp_asterisk', 'codec_ulaw', 'codec_alaw', 'format_pcm', 'format_wav', 'bridge_simple', 'bridge_native_rtp'],
  ...[
    'app_echo',
    'app_dial',
    'app_read',
    'app_playtones',
    'app_senddtmf',
    'app_record',
    'pbx_config',
    'func_channel',
    'res_stasis',
    'res_ari',
    'res_ari_asterisk',
  ],
]

function pjsip({ sipPort }: AsteriskPlace): string {
  return `
[udp]
type=transport
protocol=udp
bind=127.0.0.1:${sipPort}
[phone]
type=endpoint
context=phones
disallow=all
allow=alaw,ulaw
direct_media=yes
auth=phone
aors=phone
[phone]
type=auth
auth_type=digest
username=phone
password=${PHONE_PASSWORD}
[phone]
type=aor
max_contacts=1
remove_existing=yes
`
}

const DIALPLAN = `
[phones]
exten => 600,1,Answer()
 same => n,Echo()
exten => 601,1,Answer()
 same => n,Read(PRESSED,,3,,,10)
 same => n,SendDTMF(\${PRESSED})
 same => n,Wait(5)
exten => 486,1,Hangup(17)
exten => 404,1,Hangup(1)
exten => 602,1,Answer()
 same => n,Record(\${ASTSPOOLDIR}/message.wav,0,60,kq)
exten => 700,1,Dial(PJSIP/phone,20)
`
