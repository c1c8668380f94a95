/** Which column of a roster's file is what: guessed from its header, to be corrected by a person. */
import type { ImportField, ImportMapping } from '../contract.ts'

/** Each field's names in headers, in the languages rosters come in: small letters, without marks. The first is the template's. */
export const FIELD_NAMES: Record<ImportField, readonly string[]> = {
  phone: [
    'phone',
    ...['mobile', 'number', 'phone number', 'mobile number', 'telephone', 'tel', 'cell', 'msisdn', 'contact', 'whatsapp'],
    ...['رقم', 'هاتف', 'رقم الهاتف', 'الهاتف', 'جوال', 'موبايل', 'মোবাইল', 'ফোন', 'নম্বর', 'मोबाइल', 'फ़ोन', 'फोन', 'नंबर'],
    ...['điện thoại', 'số điện thoại', 'sđt', 'telefon', 'cep', '电话', '手机', '电话号码', '手机号', 'கைபேசி', 'தொலைபேசி'],
  ],
  alias: ['alias', 'name', 'nickname', 'worker', 'full name', 'الاسم', 'اسم', 'নাম', 'नाम', 'tên', 'họ tên', 'ad', 'isim', '姓名', 'பெயர்'],
  language: ['language', 'lang', 'speaks', 'اللغة', 'لغة', 'ভাষা', 'भाषा', 'ngôn ngữ', 'dil', '语言', 'மொழி'],
  days: ['days', 'day', 'date', 'weekday', 'weekdays', 'اليوم', 'الأيام', 'التاريخ', 'দিন', 'দিন', 'दिन', 'ngày', 'gün', '日期', 'நாள்'],
  from: ['from', 'start', 'after', 'not before', 'من', 'থেকে', 'से', 'từ', 'başlangıç', '开始', 'முதல்'],
  to: ['to', 'until', 'till', 'end', 'before', 'إلى', 'حتى', 'পর্যন্ত', 'तक', 'đến', 'bitiş', '结束', 'வரை'],
  shared: ['shared phone', 'shared', 'family phone', 'مشترك', 'هاتف مشترك', 'শেয়ার', 'साझा', 'dùng chung', 'ortak', '共用', 'பகிர்ந்த'],
  consent: ['consent', 'agreed', 'agreement', 'الموافقة', 'موافقة', 'সম্মতি', 'सहमति', 'đồng ý', 'onay', '同意', 'ஒப்புதல்'],
  showCard: ['may show card number', 'show card number', 'card number', 'card'],
  codeWord: ['code word', 'codeword', 'secret word', 'كلمة السر', 'كلمة'],
}

export const FIELDS = Object.keys(FIELD_NAMES) as ImportField[]

/**
 * The likeliest column of each field, each column used once; fields that nothing looks like are left out.
 * @param looksLikePhone per column, whether most of its cells could be numbers: decides where no header does
 */
export function guessMapping(headers: readonly string[], looksLikePhone: readonly boolean[]): ImportMapping {
  const plain = headers.map(plainHeader)
  const taken = new Set<number>()
  const mapping: ImportMapping = {}
  const take = (field: ImportField, index: number) => {
    if (mapping[field] !== undefined || index < 0 || taken.has(index)) return
    mapping[field] = index
    taken.add(index)
  }
  // What is named exactly first: "card number" is no phone, "phone (shared)" no sharing.
  for (const field of FIELDS)
    take(
      field,
      plain.findIndex((header, index) => !taken.has(index) && FIELD_NAMES[field].includes(header)),
    )
  take(
    'phone',
    looksLikePhone.findIndex((looks, index) => looks && !taken.has(index)),
  )
  for (const field of FIELDS)
    take(
      field,
      plain.findIndex((header, index) => !taken.has(index) && namedIn(header, field)),
    )
  return mapping
}

function plainHeader(header: string): string {
  return header
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[_\-*:.()[\]/]+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim()
}

/** As a word of its own, not as a part of one: "notes" holds "to". */
function namedIn(header: string, field: ImportField): boolean {
  return FIELD_NAMES[field].some((name) => ` ${header} `.includes(` ${name} `))
}
