import { describe, expect, test } from 'vitest'
import { LANGUAGES, PROMPT_NAMES, promptsOf } from '../../asterisk-config/sounds/catalogue.ts'
import catalogue from '../../asterisk-config/sounds/catalogue.json' with { type: 'json' }

// The languages of the demo countries, and English for people who read the tests.
test('the catalogue speaks the languages of every demo country', () => {
  expect([...LANGUAGES].sort()).toEqual(['ar', 'bn', 'en', 'hi', 'ta', 'tr', 'vi', 'zh'])
})

describe.each(LANGUAGES)('%s', (language) => {
  const prompts = promptsOf(language)
  const textOf = (name: string) => prompts.find((prompt) => prompt.name === name)?.text ?? ''

  test('has every prompt, and no sentence besides', () => {
    expect(prompts.map(({ name }) => name)).toEqual([...PROMPT_NAMES])
    const sentences = PROMPT_NAMES.filter((name) => !/^(menu|digit)-/.test(name))
    expect(Object.keys(catalogue[language]).sort()).toEqual([...sentences, 'keys', 'digits', 'menu', 'name', 'script', 'voice'].sort())
    expect(catalogue[language].digits).toHaveLength(10)
  })

  test('is written in its own script alone', () => {
    const ownScript = new RegExp(`^[\\p{Script=${prompts[0]?.script}}\\p{Script=Common}\\p{Script=Inherited}]+$`, 'u')
    for (const { name, text } of prompts) expect.soft(text, name).toMatch(ownScript)
  })

  test('says something of its own in every prompt', () => {
    expect(new Set(prompts.map(({ text }) => text)).size).toBe(prompts.length)
    // A Chinese digit is one sign.
    for (const { name, text } of prompts) expect.soft(text, name).toMatch(name.startsWith('digit-') ? /\p{L}/u : /(\p{L}\p{M}*){2}/u)
  })

  test('offers each key by its own word, so that a country’s order gives the right one', () => {
    const menus = PROMPT_NAMES.filter((name) => name.startsWith('menu-')).map(textOf)
    expect(new Set(menus).size).toBe(9)
    expect(menus.filter((menu) => /[{}0-9]/.test(menu))).toEqual([])
  })

  test('names nothing in any sentence: a line with one language speaks before a key, and a text may be read by others', () => {
    for (const name of PROMPT_NAMES) {
      expect
        .soft(
          TELLING[language].filter((word) => textOf(name).toLowerCase().includes(word)),
          name,
        )
        .toEqual([])
    }
  })

  test('is short: nobody has to remember a sentence', () => {
    for (const { name, speech } of prompts) expect.soft(speech.split(/\s+/).length, name).toBeLessThanOrEqual(27)
  })
})

test('what is spoken has the words of what is written: pinyin for Chinese, vowels for Arabic, the text itself elsewhere', () => {
  for (const { text, speech } of promptsOf('zh')) expect.soft(speech, text).toMatch(/^[a-z0-9 ,.]+$/)
  for (const { text, speech } of promptsOf('zh')) {
    expect.soft(speech.match(/[a-z]+[1-5]/g), text).toHaveLength(text.match(/\p{Script=Han}/gu)?.length ?? 0)
  }
  for (const { text, speech } of promptsOf('ar')) expect.soft(bareArabic(speech)).toBe(bareArabic(text))
  for (const language of ['en', 'bn', 'vi', 'hi', 'ta', 'tr'] as const) {
    for (const { text, speech } of promptsOf(language)) expect.soft(speech).toBe(text)
  }
})

/** Without vowel signs, and with every kind of alif alike. */
const bareArabic = (text: string) =>
  text
    .normalize('NFC')
    .replace(/[\u064b-\u0652]/gu, '')
    .replace(/[إأآا]/gu, 'ا')

/** Words that would tell a bystander what this number is for. */
const TELLING: Record<(typeof LANGUAGES)[number], string[]> = {
  en: ['hotline', 'helpline', 'worker', 'factory', 'audit', 'complain', 'report', 'brand', 'union', 'ringback', 'confidential'],
  bn: ['হটলাইন', 'শ্রমিক', 'কারখানা', 'ফ্যাক্টরি', 'অডিট', 'অভিযোগ', 'ইউনিয়ন', 'গোপন', 'ব্র্যান্ড'],
  vi: ['đường dây nóng', 'công nhân', 'nhà máy', 'kiểm toán', 'đánh giá', 'khiếu nại', 'tố cáo', 'công đoàn', 'bí mật'],
  zh: ['热线', '工人', '员工', '工厂', '审核', '审计', '投诉', '举报', '工会', '保密', '品牌'],
  hi: ['हेल्पलाइन', 'हॉटलाइन', 'मज़दूर', 'श्रमिक', 'कारखान', 'फ़ैक्टरी', 'ऑडिट', 'शिकायत', 'यूनियन', 'गोपनीय', 'ब्रांड'],
  ta: ['ஹாட்லைன்', 'உதவி எண்', 'தொழிலாள', 'தொழிற்சாலை', 'தணிக்கை', 'புகார்', 'சங்கம்', 'ரகசிய'],
  tr: ['ihbar', 'destek hattı', 'işçi', 'çalışan', 'fabrika', 'denetim', 'şikayet', 'şikâyet', 'sendika', 'gizli', 'marka'],
  ar: ['الخط الساخن', 'عامل', 'عمال', 'مصنع', 'تدقيق', 'شكوى', 'شكاوى', 'نقابة', 'سري', 'علامة تجارية'],
}
