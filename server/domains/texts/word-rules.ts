/** One word that changes what we may do with a number. Every language's words are understood on every line. */

/** What a text means besides its words: stop and start writing to, and ringing, this number. */
export type Command = 'stop' | 'start'

/** As workers type them: with and without accents, the English word in their own letters. */
const WORDS: Record<Command, Record<string, readonly string[]>> = {
  stop: {
    en: ['stop', 'stop all', 'stopall', 'unsubscribe'],
    bn: ['বন্ধ', 'বন্ধ করুন', 'বন্ধ করো', 'থামুন', 'থামো', 'স্টপ'],
    vi: ['dừng', 'dừng lại', 'ngừng', 'dung', 'dung lai', 'ngung'],
    zh: ['停', '停止', '退订', '退訂', '不要再发'],
    hi: ['बंद', 'बंद करो', 'बंद करें', 'बन्द', 'रुको', 'रोको', 'स्टॉप'],
    ta: ['நிறுத்து', 'நிறுத்துங்கள்', 'நிறுத்தவும்', 'ஸ்டாப்'],
    tr: ['dur', 'durdur', 'durdurun', 'iptal'],
    ar: ['توقف', 'توقفوا', 'قف', 'أوقف', 'اوقف', 'إيقاف', 'ايقاف', 'الغاء', 'إلغاء', 'ستوب'],
  },
  start: {
    en: ['start', 'unstop'],
    bn: ['শুরু', 'শুরু করুন', 'শুরু করো', 'চালু', 'স্টার্ট'],
    vi: ['bắt đầu', 'bat dau', 'tiếp tục', 'tiep tuc'],
    zh: ['开始', '開始', '恢复', '恢復'],
    hi: ['शुरू', 'शुरू करो', 'शुरू करें', 'चालू', 'स्टार्ट'],
    ta: ['தொடங்கு', 'தொடங்குங்கள்', 'தொடங்கவும்', 'ஆரம்பி', 'ஸ்டார்ட்'],
    tr: ['başla', 'başlat', 'basla', 'baslat'],
    ar: ['ابدأ', 'ابدا', 'إبدأ', 'بدء', 'استمر', 'ستارت'],
  },
}

const MEANINGS = new Map<string, Command>(
  (['stop', 'start'] as const).flatMap((command) =>
    Object.values(WORDS[command]).flatMap((words) => words.map((word): [string, Command] => [bare(word), command])),
  ),
)

/**
 * The command a text is. Only when it is nothing else: "please stop the night shifts" is a message, and must be read.
 * @param imported words of languages that came in as a file
 * Case, accents typed as two signs, quotes, punctuation and invisible signs around the word do not matter.
 */
export function commandOf(text: string, imported?: Record<Command, readonly string[]>): Command | undefined {
  if (text.length > 60) return undefined
  const word = bare(text)
  const means = (command: Command) => imported?.[command].some((each) => bare(each) === word)
  return MEANINGS.get(word) ?? (means('stop') ? 'stop' : means('start') ? 'start' : undefined)
}

/** For tests and documentation: every word with its language. */
export function listCommandWords(): { command: Command; languageCode: string; word: string }[] {
  return (['stop', 'start'] as const).flatMap((command) =>
    Object.entries(WORDS[command]).flatMap(([languageCode, words]) => words.map((word) => ({ command, languageCode, word }))),
  )
}

/** NOTE: İ of Turkish keyboards becomes "i" and a dot; the dot goes with the other marks that stand alone. */
function bare(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\u0307/gu, '')
    .replace(/[\p{Cf}\p{Cc}]/gu, ' ')
    .replace(/^[\p{P}\p{S}\p{Z}]+|[\p{P}\p{S}\p{Z}]+$/gu, '')
    .replace(/[\p{Z}]+/gu, ' ')
}
