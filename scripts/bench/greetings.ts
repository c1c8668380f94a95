/** What people and machines say when they pick up. Spoken by espeak-ng; written for this measurement, not recorded from anybody. */
import type { VOICES } from '../simulator/audio/speech.ts'

/**
 * @property speech as espeak-ng takes it: Mandarin in pinyin
 * @property isUsual a person says a word or two, and a machine a sentence or two; else the other way round
 */
export type Greeting = { from: 'person' | 'machine'; language: keyof typeof VOICES; speech: string; isUsual: boolean }

const people: Record<Greeting['language'], string[]> = {
  bn: ['হ্যালো?', 'হ্যালো, কে বলছেন?', 'জি, বলুন।'],
  hi: ['हैलो?', 'हैलो, कौन बोल रहा है?', 'हाँ जी।'],
  ta: ['ஹலோ?', 'ஹலோ, யாரு பேசுறது?', 'சொல்லுங்க.'],
  vi: ['A lô?', 'A lô, ai đấy ạ?', 'Vâng, tôi nghe.'],
  tr: ['Alo?', 'Efendim?', 'Alo, kim arıyor?'],
  zh: ['wei2?', 'wei2, ni3 hao3.', 'wei2, na3 wei4?'],
  ar: ['ألو؟', 'ألو، مين معي؟', 'نعم، تفضل.'],
  en: ['Hello?', 'Hello, who is this?', 'Yes, speaking.'],
}
const machines: Record<Greeting['language'], string[]> = {
  bn: [
    'আপনি যে নম্বরে ফোন করেছেন সেটি এই মুহূর্তে ব্যস্ত আছে। অনুগ্রহ করে টোনের পরে আপনার বার্তা রাখুন।',
    'আমি এখন ফোন ধরতে পারছি না। আপনার নাম ও নম্বর বলুন, আমি পরে ফোন করব।',
  ],
  hi: [
    'आप जिस व्यक्ति को कॉल कर रहे हैं, वह अभी उपलब्ध नहीं है। कृपया बीप के बाद अपना संदेश छोड़ें।',
    'मैं अभी फ़ोन नहीं उठा सकता। अपना नाम और नंबर बताइए, मैं बाद में कॉल करूँगा।',
  ],
  ta: [
    'நீங்கள் அழைத்த நபர் தற்போது பதிலளிக்க முடியவில்லை. ஒலிக்குப் பிறகு உங்கள் செய்தியைப் பதிவு செய்யவும்.',
    'என்னால் இப்போது பேச முடியாது. உங்கள் பெயரையும் எண்ணையும் சொல்லுங்கள், பிறகு அழைக்கிறேன்.',
  ],
  vi: [
    'Thuê bao quý khách vừa gọi hiện không liên lạc được. Xin vui lòng để lại lời nhắn sau tiếng bíp.',
    'Hiện tôi không thể nghe máy. Xin để lại tên và số điện thoại, tôi sẽ gọi lại sau.',
  ],
  tr: [
    'Aradığınız kişiye şu anda ulaşılamıyor. Lütfen sinyal sesinden sonra mesajınızı bırakın.',
    'Şu anda telefona bakamıyorum. Adınızı ve numaranızı bırakın, sizi sonra arayacağım.',
  ],
  zh: [
    'nin2 hao3, nin2 bo1 da3 de5 yong4 hu4 zan4 shi2 wu2 fa3 jie1 ting1, qing3 zai4 ti2 shi4 yin1 hou4 liu2 yan2.',
    'wo3 xian4 zai4 bu4 neng2 jie1 dian4 hua4, qing3 liu2 xia4 nin2 de5 xing4 ming2 he2 dian4 hua4.',
  ],
  ar: [
    'الشخص الذي تتصل به غير متاح حاليًا. الرجاء ترك رسالة بعد سماع الصافرة.',
    'لا أستطيع الرد على الهاتف الآن. اترك اسمك ورقمك وسأتصل بك لاحقًا.',
  ],
  en: [
    'The person you are calling is not available. Please leave a message after the tone.',
    'I cannot take your call right now. Leave your name and number and I will call you back.',
  ],
}

const talkativePeople: Record<Greeting['language'], string[]> = {
  bn: ['হ্যালো, আমি রহিমের ভাই বলছি, রহিম এখন কাজে গেছে, আপনি কে বলছেন?'],
  hi: ['हैलो, मैं रमेश का भाई बोल रहा हूँ, वह काम पर गया है, आप कौन?'],
  ta: ['ஹலோ, நான் ரமேஷின் தம்பி பேசுகிறேன், அவன் வேலைக்குப் போயிருக்கிறான், நீங்கள் யார்?'],
  vi: ['A lô, tôi là em của anh Nam, anh ấy đi làm rồi, ai gọi đấy ạ?'],
  tr: ['Alo, ben kardeşiyim, kendisi şimdi işte, siz kimsiniz acaba?'],
  zh: ['wei2, wo3 shi4 ta1 di4 di5, ta1 qu4 shang4 ban1 le5, nin2 shi4 na3 wei4?'],
  ar: ['ألو، أنا أخوه، هو في العمل الآن، من يتكلم من فضلك؟'],
  en: ['Hello, this is his brother speaking, he has gone to work, who is calling please?'],
}
const shortMachines: Record<Greeting['language'], string[]> = {
  bn: ['বার্তা রাখুন।'],
  hi: ['संदेश छोड़ें।'],
  ta: ['செய்தி சொல்லவும்.'],
  vi: ['Xin để lại lời nhắn.'],
  tr: ['Mesaj bırakın.'],
  zh: ['qing3 liu2 yan2.'],
  ar: ['اترك رسالة.'],
  en: ['Leave a message.'],
}

const all = (from: Greeting['from'], spoken: typeof people, isUsual = true): Greeting[] =>
  Object.entries(spoken).flatMap(([language, sentences]) =>
    sentences.map((speech) => ({ from, language: language as Greeting['language'], speech, isUsual })),
  )

export const GREETINGS: readonly Greeting[] = [
  ...all('person', people),
  ...all('machine', machines),
  ...all('person', talkativePeople, false),
  ...all('machine', shortMachines, false),
]
