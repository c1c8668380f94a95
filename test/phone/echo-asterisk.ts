import { startPlainAsterisk, type PlainAsterisk } from '../helpers/plain-asterisk.ts'

export const PHONE_PASSWORD = 'a-long-test-password-4711'

/**
 * User 'phone' registers by digest; 600 echoes, 601 takes three digits and sends them back, 602 records a message, 486 and 404
 * refuse, 700 rings the registered phone and then moves the audio to run directly between both (re-INVITE).
 */
export function startEchoAsterisk(): Promise<PlainAsterisk> {
  return startPlainAsterisk({ pjsip: PJSIP, extensions: DIALPLAN })
}

const PJSIP = `
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
