import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { smsLength, splitForSip } from '../../server/domains/texts/length-rules.ts'
import { pinIn } from '../../server/domains/texts/pin-rules.ts'
import { isFlood, replyTo, replyToPin } from '../../server/domains/texts/reply-rules.ts'
import { languageOfText } from '../../server/domains/texts/script-rules.ts'
import { senderOf } from '../../server/domains/texts/sender-rules.ts'
import { sentenceIn, sentenceLanguages, SENTENCES } from '../../server/domains/prompts/sentence-rules.ts'
import { readable, withoutPins } from '../../server/domains/texts/show-rules.ts'
import { afterReport, nextTryMs } from '../../server/domains/texts/state-rules.ts'
import { commandOf, listCommandWords } from '../../server/domains/texts/word-rules.ts'
import { isSigned, signatureOf } from '../../server/platform/crypto/webhook-signature.ts'

describe('STOP and START', () => {
  test.each(listCommandWords())('$word ($languageCode) means $command, however it is typed', ({ command, word }) => {
    for (const typed of [word, word.toUpperCase(), `  ${word}!`, `"${word}"`, `\u200f${word}\u200e`, word.normalize('NFD'), `${word}।`]) {
      expect(commandOf(typed), typed).toBe(command)
    }
  })

  test('every language has both, and no word means both', () => {
    const words = listCommandWords()
    for (const languageCode of sentenceLanguages) {
      for (const command of ['stop', 'start'] as const) {
        expect(words.some((each) => each.languageCode === languageCode && each.command === command)).toBe(true)
      }
    }
    const stops = new Set(words.filter(({ command }) => command === 'stop').map(({ word }) => word))
    expect(words.filter(({ command, word }) => command === 'start' && stops.has(word))).toEqual([])
  })

  test.each(['please stop the night shifts', 'বেতন বন্ধ করেছে', 'they start at six', 'stopp', '', '!!!'])('"%s" is a message', (text) => {
    expect(commandOf(text)).toBeUndefined()
  })

  test('the sentence after a STOP names a word that starts again', () => {
    for (const languageCode of sentenceLanguages) {
      const last = sentenceIn(languageCode, 'stopped')!
        .split(/[:：]|write /u)
        .at(-1)!
      expect(commandOf(last), languageCode).toBe('start')
    }
  })
})

describe('a PIN in a text', () => {
  test.each([
    ['1234567890', '1234567890', true],
    ['12345 67890', '1234567890', true],
    ['123 456 78 90.', '1234567890', true],
    ['১২৩৪৫৬৭৮৯০', '1234567890', true],
    ['١٢٣٤٥ ٦٧٨٩٠', '1234567890', true],
    ['१२३-४५६-७८९०', '1234567890', true],
    ['my PIN: 1234567890, what is new?', '1234567890', false],
    ['12345 67890 20 of us', '1234567890', false],
    ['1234567890 20', '1234567890', false],
  ])('%s', (text, pin, isAlone) => {
    expect(pinIn(text)).toEqual({ pin, isAlone })
  })

  test.each(['123456789', '12345678901', '+1234567890', 'none', '1234567890 0987654321', ''])('"%s" holds none', (text) => {
    expect(pinIn(text)).toBeUndefined()
  })
})

describe('the language of a text', () => {
  test.each([
    ['বেতন পাইনি', ['bn', 'en'], undefined, 'bn'],
    ['we were not paid', ['bn', 'en'], 'bn', 'en'],
    ['no salary', ['bn'], undefined, 'bn'],
    ['சம்பளம் தரவில்லை', ['hi', 'ta'], 'hi', 'ta'],
    ['तनख्वाह नहीं मिली ok?', ['hi', 'ta'], 'ta', 'hi'],
    ['لم نستلم الأجر', ['tr', 'ar'], 'tr', 'ar'],
    ['maaş yok', ['tr', 'ar'], undefined, 'tr'],
    ['không trả lương', ['en', 'vi'], 'en', 'vi'],
    ['supervisor overtime নেয় salary দেয় না', ['bn', 'en'], undefined, 'bn'],
    ['hello', ['hi', 'ta'], 'ta', 'ta'],
    ['工资没有发', ['vi'], undefined, 'vi'],
    ['123 😟', ['hi', 'ta'], 'ta', 'ta'],
    ['', ['hi', 'ta'], undefined, 'hi'],
  ])('"%s" on a line of %j', (text, languageCodes, known, language) => {
    expect(languageOfText(text, { languageCodes, known })).toBe(language)
  })
})

describe('who wrote', () => {
  test.each([
    ['<sip:+8801100001234@127.0.0.11:5070>', '+8801100001234'],
    ['"+8801100001234" <sip:01100001234@carrier;user=phone>', '+8801100001234'],
    ['sip:%2B8801100001234@carrier', '+8801100001234'],
    ['tel:+880-1100-001234', '+8801100001234'],
    ['+8801100001234', '+8801100001234'],
  ])('%s is kept', (from, e164) => expect(senderOf(from, 'BD')).toEqual({ kind: 'kept', e164 }))
  test.each([
    ['<sip:anonymous@anonymous.invalid>', 'withheld'],
    ['', 'withheld'],
    ['BANK', 'unusable'],
    ['<sip:16000@carrier>', 'unusable'],
    ['+905960000110', 'unusable'],
    ['sip:%E0%A4%A@x', 'unusable'],
  ])('%s is %s', (from, kind) => expect(senderOf(from, 'BD')).toEqual({ kind }))
})

describe('a text made fit to be shown', () => {
  const shown = (text: string) => readable(Buffer.from(text))
  test('is as it was written in every script, with joiners, marks and emoji', () => {
    const texts = [
      'আমার নাম বলবেন না',
      'क्\u200dष',
      'می\u200cخواهم\u200f',
      '👩\u200d🏭\nline two\ttab',
      '<b onclick="x">&amp;</b>',
      '{{x}} ${y}',
    ]
    for (const text of texts) expect(shown(text)).toBe(text)
  })
  test('shows what would hide or reorder', () => {
    expect(shown('a\u202Ecba\u2066x\u0000\u0007\u001b[31m\u00ad')).toBe('a\\u{202E}cba\\u{2066}x\\u{0}\\u{7}\\u{1B}[31m\\u{AD}')
    expect(shown('one\r\ntwo\rthree')).toBe('one\ntwo\nthree')
  })
  test('shows bytes that are no UTF-8 by their value, and loses none beside them', () => {
    expect(readable(Uint8Array.from([0x63, 0x61, 0x66, 0xe9, 0x20, 0xe0, 0xa6, 0x95, 0xff, 0xe0, 0xa6]))).toBe('caf\\xE9 ক\\xFF\\xE0\\xA6')
  })
  test('never throws and never shows an unseen sign', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(readable(bytes)).not.toMatch(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069\ufeff]/u)
      }),
    )
  })
})

describe('a long text over SIP', () => {
  test('stays one body up to 1,023 bytes', () => {
    expect(splitForSip('ক'.repeat(341))).toHaveLength(1)
    expect(splitForSip('ক'.repeat(342)).map((part) => Buffer.byteLength(part))).toEqual([1023, 3])
  })
  test('is cut between words where there is one near', () => {
    expect(splitForSip('one two three', 9)).toEqual(['one two ', 'three'])
  })
  test('is the same when joined, in bodies that fit, cut inside no sign', () => {
    const words = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.constantFrom('বেতন ', 'சம்பளம்', '👩‍🏭', ' ', '\n', 'a'.repeat(40)),
    )
    fc.assert(
      fc.property(fc.array(words, { maxLength: 20 }), fc.integer({ min: 40, max: 200 }), (pieces, limit) => {
        const text = pieces.join('').normalize('NFC').toWellFormed()
        const parts = splitForSip(text, limit)
        expect(parts.join('')).toBe(text)
        for (const part of parts) expect(Buffer.byteLength(part)).toBeLessThanOrEqual(limit)
        expect(parts.filter((part) => !part.isWellFormed())).toEqual([])
      }),
    )
  })
})

test.each([
  ['a'.repeat(160), 'gsm-7', 160, 1],
  ['a'.repeat(161), 'gsm-7', 161, 2],
  ['€', 'gsm-7', 2, 1],
  ['ক'.repeat(70), 'ucs-2', 70, 1],
  ['ক'.repeat(71), 'ucs-2', 71, 2],
  ['ş', 'ucs-2', 1, 1],
])('"%s" as SMS', (text, encoding, units, parts) => expect(smsLength(text)).toEqual({ encoding, units, parts }))

describe('what goes out by itself', () => {
  test('exists in all eight languages, fits into one SMS and names nothing', () => {
    const telling =
      /hotline|ringback|audit|factory|work|wage|complain|union|কারখানা|শ্রমিক|হটলাইন|nhà máy|công nhân|工厂|工人|热线|कारखाना|मज़दूर|तொழிற்சாலை|தொழிலாள|fabrika|işçi|مصنع|عامل/iu
    for (const languageCode of sentenceLanguages) {
      for (const name of SENTENCES) {
        const sentence = sentenceIn(languageCode, name)!
        expect([languageCode, name, smsLength(sentence).parts]).toEqual([languageCode, name, 1])
        if (sentence !== 'We are working on it.') expect(sentence).not.toMatch(telling)
      }
    }
    expect(sentenceLanguages).toHaveLength(8)
  })

  const now = new Date('2026-12-01T10:00:00Z')
  const facts = { isReplyOn: true, mayText: true, lastReplyAt: null, isFlood: false, now }
  test.each([
    ['text', 'received'],
    ['cut-off', 'too-long'],
    ['stop', 'stopped'],
    ['start', 'started'],
  ] as const)('%s is answered with %s', (meaning, sentence) => expect(replyTo(meaning, facts)).toBe(sentence))
  test('nothing where it is off, not wanted, a flood, or within the hour', () => {
    const earlier = (minutes: number) => new Date(now.getTime() - minutes * 60_000)
    for (const meaning of ['text', 'cut-off', 'stop', 'start'] as const) {
      expect(replyTo(meaning, { ...facts, isReplyOn: false })).toBeNull()
      expect(replyTo(meaning, { ...facts, mayText: false })).toBeNull()
      expect(replyTo(meaning, { ...facts, isFlood: true })).toBeNull()
      expect(replyTo(meaning, { ...facts, lastReplyAt: earlier(59) })).toBeNull()
      expect(replyTo(meaning, { ...facts, lastReplyAt: earlier(60) })).not.toBeNull()
    }
    expect([isFlood(19), isFlood(20)]).toEqual([false, true])
  })
  test('a PIN is answered wherever it may be, by the switch and the hour or not', () => {
    expect(replyToPin('pin-done', facts)).toBe('pin-done')
    expect(replyToPin('pin-done', { ...facts, mayText: false })).toBeNull()
    expect(replyToPin('pin-done', { ...facts, isFlood: true })).toBeNull()
  })
})

test.each([
  ['1234567890', '••••••••••'],
  ['my PIN: 12345 67890, what is new?', 'my PIN: ••••• •••••, what is new?'],
  ['১২৩৪৫-৬৭৮৯০', '•••••-•••••'],
  ['12345\n67890', '•••••\n•••••'],
  ['1234 567 89', '•••• ••• ••'],
  ['12345678901', '•••••••••••'],
  ['they owe us 12345 taka', 'they owe us 12345 taka'],
  ['call 01712345678 at 8', 'call 01712345678 at 8'],
  ['+880171234', '+880171234'],
  ['1234567890, 20 of us', '••••••••••, 20 of us'],
  ['12345 67890 20 of us', '••••• ••••• 20 of us'],
  ['20 of us\n1234567890\n3 days', '20 of us\n••••••••••\n3 days'],
  ['(12345) 67890', '(•••••) •••••'],
  ['①②③④⑤ 67890 please', '••••• ••••• please'],
  ['12345\u206067890 please', '•••••\u2060••••• please'],
])('%j is shown without what may be a PIN', (text, shown) => expect(withoutPins(text)).toBe(shown))

test('a gateway’s report moves a text forward only', () => {
  expect(afterReport('handed-over', 'delivered')).toBe('delivered')
  expect(afterReport('queued', 'delivered')).toBe('delivered')
  expect(afterReport('failed', 'delivered')).toBe('delivered')
  expect(afterReport('handed-over', 'failed')).toBe('failed')
  expect(afterReport('delivered', 'failed')).toBeNull()
  expect(afterReport('delivered', 'delivered')).toBeNull()
  expect(afterReport('received', 'failed')).toBeNull()
})

test('tries are further and further apart, then end', () => {
  const waits = Array.from({ length: 8 }, (_, index) => nextTryMs(index + 1))
  expect(waits.slice(0, -1)).toEqual(waits.slice(0, -1).toSorted((a, b) => a! - b!))
  expect(waits.at(-1)).toBeNull()
})

test('a signature fits one secret, one body and five minutes', () => {
  const now = new Date('2026-12-01T10:00:00Z')
  const timestamp = String(now.getTime() / 1000)
  const body = Buffer.from('{"id":"1"}')
  const signature = signatureOf('secret', timestamp, body)
  const at = (ms: number) => new Date(now.getTime() + ms)
  expect(isSigned('secret', { timestamp, signature, body }, now)).toBe(true)
  expect(isSigned('secret', { timestamp, signature, body }, at(300_000))).toBe(true)
  expect(isSigned('secret', { timestamp, signature, body }, at(301_000))).toBe(false)
  expect(isSigned('secret', { timestamp, signature, body }, at(-301_000))).toBe(false)
  expect(isSigned('other', { timestamp, signature, body }, now)).toBe(false)
  expect(isSigned('secret', { timestamp, signature, body: Buffer.from('{"id":"2"}') }, now)).toBe(false)
  expect(isSigned('secret', { timestamp: `${timestamp}0`, signature, body }, now)).toBe(false)
  expect(isSigned('secret', { timestamp, signature: undefined, body }, now)).toBe(false)
  expect(isSigned('secret', { timestamp: undefined, signature, body }, now)).toBe(false)
})
