/**
 * What stands on a card. It gives its holder away to nobody: no organisation, no factory, no visit, nothing that tells one card
 * from another. Drafts; no native speaker has read them yet.
 */
type Words = {
  /** Above the number; it takes texts as well. */
  callOrText: string
  /** Where callers are called back free of charge instead of being answered. */
  ringAndHangUp: string
  /** Below the number. */
  yourLanguage: string
  anyHour: string
  nobodyTold: string
}

export const CARD_WORDS: Record<string, Words> = {
  en: {
    callOrText: 'Call or text this number',
    ringAndHangUp: 'Ring this number and hang up. We call you back. It costs you nothing.',
    yourLanguage: 'We speak your language.',
    anyHour: 'At any hour: if nobody is free, leave a message and we call you back.',
    nobodyTold: 'We tell nobody that you called.',
  },
  bn: {
    callOrText: 'এই নম্বরে ফোন করুন বা মেসেজ পাঠান',
    ringAndHangUp: 'এই নম্বরে রিং দিয়ে কেটে দিন। আমরা আপনাকে ফোন করব। আপনার কোনো খরচ নেই।',
    yourLanguage: 'আমরা আপনার ভাষায় কথা বলি।',
    anyHour: 'যে কোনো সময়: কেউ না থাকলে কথা রেখে দিন, আমরা আপনাকে ফোন করব।',
    nobodyTold: 'আপনি ফোন করেছেন তা আমরা কাউকে বলি না।',
  },
  vi: {
    callOrText: 'Gọi hoặc nhắn tin đến số này',
    ringAndHangUp: 'Gọi nhá máy số này rồi tắt. Chúng tôi gọi lại. Anh chị không mất tiền.',
    yourLanguage: 'Chúng tôi nói tiếng của anh chị.',
    anyHour: 'Giờ nào cũng được: nếu không có ai nghe máy, hãy để lại lời nhắn, chúng tôi sẽ gọi lại.',
    nobodyTold: 'Chúng tôi không cho ai biết anh chị đã gọi.',
  },
  zh: {
    callOrText: '请打电话或发短信到这个号码',
    ringAndHangUp: '拨打这个号码，响铃后挂断。我们给您打回去，您不用花钱。',
    yourLanguage: '我们说您的语言。',
    anyHour: '任何时间都可以：没有人接时请留言，我们会给您打回去。',
    nobodyTold: '我们不会告诉任何人您打过电话。',
  },
  hi: {
    callOrText: 'इस नंबर पर फ़ोन करें या संदेश भेजें',
    ringAndHangUp: 'इस नंबर पर घंटी देकर काट दें। हम आपको फ़ोन करेंगे। आपका कोई पैसा नहीं लगेगा।',
    yourLanguage: 'हम आपकी भाषा बोलते हैं।',
    anyHour: 'किसी भी समय: कोई न हो तो संदेश छोड़ें, हम आपको फ़ोन करेंगे।',
    nobodyTold: 'आपने फ़ोन किया, यह हम किसी को नहीं बताते।',
  },
  ta: {
    callOrText: 'இந்த எண்ணை அழையுங்கள் அல்லது குறுஞ்செய்தி அனுப்புங்கள்',
    ringAndHangUp: 'இந்த எண்ணுக்கு மணி அடித்துவிட்டுத் துண்டியுங்கள். நாங்கள் உங்களை அழைப்போம். உங்களுக்குச் செலவில்லை.',
    yourLanguage: 'நாங்கள் உங்கள் மொழியில் பேசுவோம்.',
    anyHour: 'எந்த நேரத்திலும்: யாரும் இல்லையென்றால் செய்தி சொல்லுங்கள், நாங்கள் உங்களை அழைப்போம்.',
    nobodyTold: 'நீங்கள் அழைத்ததை யாரிடமும் சொல்ல மாட்டோம்.',
  },
  tr: {
    callOrText: 'Bu numarayı arayın veya mesaj atın',
    ringAndHangUp: 'Bu numarayı çaldırıp kapatın. Biz sizi ararız. Size hiçbir ücreti yoktur.',
    yourLanguage: 'Sizin dilinizi konuşuyoruz.',
    anyHour: 'Her saatte: kimse yoksa mesaj bırakın, biz sizi ararız.',
    nobodyTold: 'Aradığınızı kimseye söylemeyiz.',
  },
  ar: {
    callOrText: 'اتصلوا بهذا الرقم أو أرسلوا رسالة',
    ringAndHangUp: 'اتصلوا بهذا الرقم ثم أغلقوا الخط. نحن نعاود الاتصال بكم، دون أي تكلفة عليكم.',
    yourLanguage: 'نتكلم لغتكم.',
    anyHour: 'في أي ساعة: إن لم يكن أحد متفرغًا فاتركوا رسالة، وسنعاود الاتصال بكم.',
    nobodyTold: 'لا نخبر أحدًا بأنكم اتصلتم.',
  },
}
