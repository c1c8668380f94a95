import { readWav } from './audio/wav.ts'
import { speak, VOICES } from './audio/speech.ts'

/** Text and speech are the same unless both are given: espeak-ng reads Mandarin from pinyin only. */
type Phrase = string | { text: string; speech: string }

/** What simulated people say, per language: a message for the hotline, and their part of a conversation. */
const SENTENCES: Record<keyof typeof VOICES, { message: Phrase; hello: Phrase; talk: Phrase[] }> = {
  bn: {
    message: 'হ্যালো। আমি আমার নাম বলতে চাই না। এই মাসের বেতন নিয়ে কথা বলতে চাই। দয়া করে আমাকে ফোন করুন।',
    hello: 'হ্যালো, কে বলছেন?',
    talk: ['হ্যাঁ, এখন কথা বলতে পারি।', 'এই মাসের বেতন এখনও পাইনি।', 'ধন্যবাদ, আমি শুনছি।'],
  },
  vi: {
    message: 'Xin chào. Tôi không muốn nói tên. Tôi muốn nói về tiền lương tháng này. Xin hãy gọi lại cho tôi.',
    hello: 'A lô, ai đấy?',
    talk: ['Vâng, bây giờ tôi nói chuyện được.', 'Tháng này tôi chưa nhận được lương.', 'Cảm ơn, tôi đang nghe.'],
  },
  zh: {
    message: {
      text: '你好。我不想说我的名字。我想谈这个月的工资。请给我打电话。',
      speech:
        'ni3 hao3. wo3 bu4 xiang3 shuo1 wo3 de5 ming2 zi4. wo3 xiang3 tan2 zhe4 ge4 yue4 de5 gong1 zi1. qing3 gei3 wo3 da3 dian4 hua4.',
    },
    hello: { text: '喂，哪位？', speech: 'wei2, na3 wei4?' },
    talk: [
      { text: '可以，我现在能说话。', speech: 'ke3 yi3, wo3 xian4 zai4 neng2 shuo1 hua4.' },
      { text: '这个月的工资还没有发。', speech: 'zhe4 ge4 yue4 de5 gong1 zi1 hai2 mei2 you3 fa1.' },
      { text: '谢谢，我在听。', speech: 'xie4 xie5, wo3 zai4 ting1.' },
    ],
  },
  hi: {
    message: 'नमस्ते। मैं अपना नाम नहीं बताना चाहती। इस महीने की तनख्वाह के बारे में बात करनी है। कृपया मुझे फोन करें।',
    hello: 'हैलो, कौन बोल रहा है?',
    talk: ['हाँ, अभी बात कर सकती हूँ।', 'इस महीने की तनख्वाह अभी तक नहीं मिली।', 'धन्यवाद, मैं सुन रही हूँ।'],
  },
  ta: {
    message: 'வணக்கம். என் பெயரைச் சொல்ல விரும்பவில்லை. இந்த மாத சம்பளம் பற்றி பேச வேண்டும். தயவு செய்து என்னை அழையுங்கள்.',
    hello: 'ஹலோ, யார் பேசுவது?',
    talk: ['ஆமாம், இப்போது பேசலாம்.', 'இந்த மாத சம்பளம் இன்னும் வரவில்லை.', 'நன்றி, நான் கேட்கிறேன்.'],
  },
  tr: {
    message: 'Merhaba. Adımı söylemek istemiyorum. Bu ayki maaşım hakkında konuşmak istiyorum. Lütfen beni arayın.',
    hello: 'Alo, kim o?',
    talk: ['Evet, şimdi konuşabilirim.', 'Bu ayın maaşını hâlâ almadım.', 'Teşekkürler, dinliyorum.'],
  },
  ar: {
    message: 'مرحبا. لا أريد أن أقول اسمي. أريد أن أتحدث عن أجر هذا الشهر. أرجو أن تتصلوا بي.',
    hello: 'ألو، من معي؟',
    talk: ['نعم، أستطيع الكلام الآن.', 'لم أستلم أجر هذا الشهر بعد.', 'شكرا، أنا أسمع.'],
  },
  en: {
    message: 'Hello. I do not want to say my name. I want to talk about the wages of this month. Please call me back.',
    hello: 'Hello, who is calling?',
    talk: ['Yes, I can talk now.', 'I have not been paid for this month yet.', 'Thank you, I am listening.'],
  },
}

/** What a caller of this language writes in a text; English for a language nobody here speaks. */
export function messageText(language: string): string {
  const { message } = sentencesIn(language)
  return typeof message === 'string' ? message : message.text
}

/** Path of a wav with the message a worker leaves. */
export function messageWav(language: string): Promise<string> {
  return say(language, sentencesIn(language).message)
}

/** A person's part of a conversation, first the hello, as samples at 8 kHz. */
export async function conversation(language: string): Promise<Int16Array[]> {
  const { hello, talk } = sentencesIn(language)
  const wavs = []
  // One after the other: this runs while a call is coming up, on a machine that is busy with it.
  for (const phrase of [hello, ...talk]) wavs.push(await say(language, phrase))
  return wavs.map(readWav)
}

function sentencesIn(language: string): (typeof SENTENCES)['en'] {
  return isSpoken(language) ? SENTENCES[language] : SENTENCES.en
}

function say(language: string, phrase: Phrase): Promise<string> {
  return speak(typeof phrase === 'string' ? phrase : phrase.speech, isSpoken(language) ? VOICES[language] : VOICES.en)
}

function isSpoken(language: string): language is keyof typeof SENTENCES {
  return language in SENTENCES
}
