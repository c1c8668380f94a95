/**
 * The sentences that may go to a phone whose holder nobody has confirmed: short, polite, and naming nothing, so that whoever reads them
 * over a shoulder learns nothing. Each fits into one SMS.
 */

/** Sent by themselves, once, where the country has turned replies on. */
export const AUTOMATIC = ['received', 'too-long', 'stopped', 'started'] as const
/** What an agent may send to anybody. */
export const TEMPLATES = ['thanks', 'we-will-call', 'when-to-call', 'please-ring'] as const
/** All that a text with a PIN is ever told; the rest is for the voice. */
export const STATUS_SENTENCES = ['pin-nothing-new', 'pin-in-progress', 'pin-please-ring', 'pin-done', 'pin-not-found'] as const

export type TemplateName = (typeof TEMPLATES)[number]
export type StatusSentence = (typeof STATUS_SENTENCES)[number]
export type SentenceName = (typeof AUTOMATIC)[number] | TemplateName | StatusSentence
export const SENTENCES: readonly SentenceName[] = [...AUTOMATIC, ...TEMPLATES, ...STATUS_SENTENCES]

const WORDING: Record<string, Record<SentenceName, string>> = {
  en: {
    received: 'Thank you. We have received your message.',
    'too-long': 'Your message was too long and did not arrive whole. Please call us.',
    stopped: 'No more messages or calls will come to you. To have them again, write START.',
    started: 'Messages and calls can reach you again.',
    thanks: 'Thank you.',
    'we-will-call': 'We will call you.',
    'when-to-call': 'When may we call you? Please write a day and a time.',
    'please-ring': 'Please call us when it suits you.',
    'pin-in-progress': 'We are working on it.',
    'pin-please-ring': 'There is news. Please call us.',
    'pin-done': 'This is finished. Call us to hear more.',
    'pin-nothing-new': 'There is nothing new yet.',
    'pin-not-found': 'There is nothing under this number. Please look at it once more.',
  },
  bn: {
    received: 'ধন্যবাদ। আপনার বার্তা পেয়েছি।',
    'too-long': 'বার্তাটি খুব লম্বা ছিল, পুরোটা আসেনি। আমাদের ফোন করুন।',
    stopped: 'আপনাকে আর বার্তা বা ফোন করা হবে না। আবার চাইলে লিখুন: শুরু',
    started: 'আপনাকে আবার বার্তা ও ফোন করা যাবে।',
    thanks: 'ধন্যবাদ।',
    'we-will-call': 'আমরা আপনাকে ফোন করব।',
    'when-to-call': 'কখন ফোন করব? দিন আর সময় লিখে জানান।',
    'please-ring': 'সুবিধামতো সময়ে আমাদের ফোন করুন।',
    'pin-in-progress': 'আমরা এটা নিয়ে কাজ করছি।',
    'pin-please-ring': 'নতুন খবর আছে। আমাদের ফোন করুন।',
    'pin-done': 'কাজ শেষ হয়েছে। জানতে আমাদের ফোন করুন।',
    'pin-nothing-new': 'এখনো নতুন কিছু নেই।',
    'pin-not-found': 'এই নম্বরে কিছু পাওয়া যায়নি। আবার দেখে লিখুন।',
  },
  vi: {
    received: 'Cảm ơn. Chúng tôi đã nhận được tin nhắn.',
    'too-long': 'Tin nhắn dài quá nên không đến đủ. Xin hãy gọi cho chúng tôi.',
    stopped: 'Bạn sẽ không nhận tin hay cuộc gọi nữa. Muốn nhận lại: BAT DAU',
    started: 'Bạn có thể nhận lại tin nhắn và cuộc gọi.',
    thanks: 'Cảm ơn bạn.',
    'we-will-call': 'Chúng tôi sẽ gọi cho bạn.',
    'when-to-call': 'Khi nào gọi cho bạn được? Xin nhắn ngày và giờ.',
    'please-ring': 'Khi nào tiện, xin hãy gọi cho chúng tôi.',
    'pin-in-progress': 'Chúng tôi đang xử lý.',
    'pin-please-ring': 'Có tin mới. Xin hãy gọi cho chúng tôi.',
    'pin-done': 'Việc đã xong. Gọi cho chúng tôi để biết thêm.',
    'pin-nothing-new': 'Chưa có gì mới.',
    'pin-not-found': 'Không tìm thấy số này. Xin xem lại và nhắn lại.',
  },
  zh: {
    received: '谢谢，已经收到您的短信。',
    'too-long': '您的短信太长，没有收全。请给我们打电话。',
    stopped: '不会再给您发短信或打电话。想恢复请回复：开始',
    started: '现在可以再给您发短信和打电话。',
    thanks: '谢谢您。',
    'we-will-call': '我们会给您打电话。',
    'when-to-call': '什么时候给您打电话方便？请写日期和时间。',
    'please-ring': '您方便的时候，请给我们打电话。',
    'pin-in-progress': '我们正在处理。',
    'pin-please-ring': '有新消息，请给我们打电话。',
    'pin-done': '事情已经办完。想知道结果，请给我们打电话。',
    'pin-nothing-new': '现在还没有新消息。',
    'pin-not-found': '没有找到这个号码，请核对后再发。',
  },
  hi: {
    received: 'धन्यवाद। आपका संदेश मिल गया।',
    'too-long': 'संदेश बहुत लंबा था, पूरा नहीं मिला। कृपया हमें फ़ोन करें।',
    stopped: 'अब आपको संदेश या फ़ोन नहीं आएगा। फिर चाहें तो लिखें: शुरू',
    started: 'अब आपको फिर से संदेश और फ़ोन आ सकते हैं।',
    thanks: 'धन्यवाद।',
    'we-will-call': 'हम आपको फ़ोन करेंगे।',
    'when-to-call': 'आपको कब फ़ोन करें? दिन और समय लिखें।',
    'please-ring': 'जब सुविधा हो, हमें फ़ोन करें।',
    'pin-in-progress': 'हम इस पर काम कर रहे हैं।',
    'pin-please-ring': 'नई ख़बर है। कृपया हमें फ़ोन करें।',
    'pin-done': 'काम पूरा हो गया है। जानने के लिए हमें फ़ोन करें।',
    'pin-nothing-new': 'अभी कोई नई बात नहीं है।',
    'pin-not-found': 'इस नंबर पर कुछ नहीं मिला। कृपया फिर देखकर लिखें।',
  },
  ta: {
    received: 'நன்றி. உங்கள் செய்தி கிடைத்தது.',
    'too-long': 'செய்தி மிக நீளம், முழுவதும் வரவில்லை. ஃபோன் செய்யுங்கள்.',
    stopped: 'இனி செய்தி, ஃபோன் வராது. மீண்டும் வேண்டுமென்றால்: தொடங்கு',
    started: 'இனி உங்களுக்கு செய்தியும் ஃபோனும் வரலாம்.',
    thanks: 'நன்றி.',
    'we-will-call': 'நாங்கள் உங்களுக்கு ஃபோன் செய்வோம்.',
    'when-to-call': 'எப்போது ஃபோன் செய்யலாம்? நாளும் நேரமும் எழுதுங்கள்.',
    'please-ring': 'வசதியான நேரத்தில் எங்களுக்கு ஃபோன் செய்யுங்கள்.',
    'pin-in-progress': 'அதற்காக வேலை செய்து வருகிறோம்.',
    'pin-please-ring': 'புதிய செய்தி உள்ளது. எங்களுக்கு ஃபோன் செய்யுங்கள்.',
    'pin-done': 'வேலை முடிந்தது. அறிய எங்களுக்கு ஃபோன் செய்யுங்கள்.',
    'pin-nothing-new': 'இன்னும் புதிதாக எதுவும் இல்லை.',
    'pin-not-found': 'இந்த எண்ணில் எதுவும் இல்லை. சரிபார்த்து மீண்டும் எழுதுங்கள்.',
  },
  tr: {
    received: 'Teşekkürler. Mesajınız bize ulaştı.',
    'too-long': 'Mesajınız çok uzundu, tamamı gelmedi. Lütfen bizi arayın.',
    stopped: 'Artık mesaj veya arama gelmeyecek. Yeniden isterseniz: BASLA',
    started: 'Artık size yeniden mesaj ve arama gelebilir.',
    thanks: 'Teşekkürler.',
    'we-will-call': 'Sizi arayacağız.',
    'when-to-call': 'Sizi ne zaman arayalım? Lütfen gün ve saat yazın.',
    'please-ring': 'Uygun olduğunuzda lütfen bizi arayın.',
    'pin-in-progress': 'Üzerinde çalışıyoruz.',
    'pin-please-ring': 'Yeni haber var. Lütfen bizi arayın.',
    'pin-done': 'İş tamamlandı. Öğrenmek için bizi arayın.',
    'pin-nothing-new': 'Henüz yeni bir şey yok.',
    'pin-not-found': 'Bu numarada bir şey bulunamadı. Lütfen kontrol edip tekrar yazın.',
  },
  ar: {
    received: 'شكرا. وصلتنا رسالتك.',
    'too-long': 'رسالتك طويلة جدا ولم تصل كاملة. الرجاء الاتصال بنا.',
    stopped: 'لن تصلك رسائل أو مكالمات بعد الآن. للعودة اكتب: ابدأ',
    started: 'يمكن أن تصلك الرسائل والمكالمات من جديد.',
    thanks: 'شكرا.',
    'we-will-call': 'سنتصل بك.',
    'when-to-call': 'متى نتصل بك؟ الرجاء كتابة اليوم والوقت.',
    'please-ring': 'الرجاء الاتصال بنا في الوقت المناسب لك.',
    'pin-in-progress': 'نحن نعمل على ذلك.',
    'pin-please-ring': 'هناك خبر جديد. الرجاء الاتصال بنا.',
    'pin-done': 'انتهى الأمر. اتصل بنا لمعرفة المزيد.',
    'pin-nothing-new': 'لا جديد حتى الآن.',
    'pin-not-found': 'لا يوجد شيء بهذا الرقم. الرجاء التأكد والكتابة مرة أخرى.',
  },
}

/** Languages these sentences are written in. */
export const sentenceLanguages = Object.keys(WORDING)

/** The sentence in a language; undefined when nobody has written it there: a reply in another language is worse than none. */
export function sentenceIn(languageCode: string, name: SentenceName): string | undefined {
  return WORDING[languageCode]?.[name]
}
