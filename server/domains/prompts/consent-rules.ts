/**
 * What a worker agrees to, as it is shown and read aloud at the factory. Whoever changes a sentence raises the version: each
 * interview keeps which one was heard.
 */
export const CONSENT_TEXT_VERSION = 1

/** What espeak-ng has to be given where it reads the text itself wrongly: pinyin, or with the vowels written. */
export const CONSENT_SPEECH: Record<string, string> = {
  zh: 'guo4 ji3 tian1 wo3 men5 ke2 yi3 gei3 nin2 da3 dian4 hua4, wen4 wen5 nin2 gong1 zuo4 de5 qing2 kuang4 ma5? nin2 ke2 yi3 bu4 tong2 yi4, xian4 zai4 huo4 yi3 hou4 dou1 ke2 yi3. nin2 de5 hao4 ma3 hui4 suo3 qi3 lai5 bao3 guan3. gong1 chang3 li3 mei2 you3 ren2 hui4 kan4 dao4, ye3 bu2 hui4 zhi1 dao4 nin2 shuo1 le5 shen2 me5. nin2 tong2 yi4 ma5?',
  ar: 'هَلْ يُمْكِنُنا أَنْ نَتَّصِلَ بِكُمْ بَعْدَ بِضْعَةِ أَيّامٍ لِنَسْأَلَ عَنْ أَحْوالِ العَمَلِ؟ يُمْكِنُكُمْ أَنْ تَقولوا لا، الآنَ أَوْ لاحِقًا. رَقْمُكُمْ يُحْفَظُ مُقْفَلًا. لَنْ يَراهُ أَحَدٌ في المَصْنَعِ، وَلَنْ يَعْرِفَ أَحَدٌ ما تَقولونَهُ لَنا. هَلْ تُوافِقونَ؟',
}

export const CONSENT_TEXTS: Record<string, string> = {
  en: 'May we call you in a few days to ask how things are at work? You can say no, now or later. Your number is kept locked away. Nobody at the factory will see it, or learn what you tell us. Do you agree?',
  bn: 'কয়েক দিন পর আমরা কি আপনাকে ফোন করে কাজের খবর জানতে পারি? আপনি এখন বা পরে না বলতে পারেন। আপনার নম্বর তালাবদ্ধ থাকবে। কারখানার কেউ তা দেখবে না, আর আপনি কী বলেছেন তাও জানবে না। আপনি কি রাজি?',
  vi: 'Vài ngày nữa, chúng tôi gọi cho anh chị để hỏi chuyện ở chỗ làm có được không? Anh chị có thể nói không, bây giờ hoặc sau này. Số điện thoại của anh chị được giữ kín. Không ai ở nhà máy thấy số ấy, hay biết anh chị nói gì. Anh chị có đồng ý không?',
  zh: '过几天我们可以给您打电话，问问您工作的情况吗？您可以不同意，现在或以后都可以。您的号码会锁起来保管。工厂里没有人会看到，也不会知道您说了什么。您同意吗？',
  hi: 'क्या हम कुछ दिन बाद आपको फ़ोन करके काम का हाल पूछ सकते हैं? आप अभी या बाद में मना कर सकते हैं। आपका नंबर ताले में रहेगा। कारखाने में कोई उसे नहीं देखेगा, और न जानेगा कि आपने क्या बताया। क्या आप सहमत हैं?',
  ta: 'சில நாட்களில் உங்களை அழைத்து வேலை எப்படி இருக்கிறது என்று கேட்கலாமா? இப்போதோ பிறகோ நீங்கள் வேண்டாம் என்று சொல்லலாம். உங்கள் எண் பூட்டி வைக்கப்படும். தொழிற்சாலையில் யாரும் அதைப் பார்க்க மாட்டார்கள், நீங்கள் சொல்வதையும் அறிய மாட்டார்கள். சம்மதமா?',
  tr: 'Birkaç gün sonra sizi arayıp iş yerinde durumun nasıl olduğunu sorabilir miyiz? Şimdi ya da sonra hayır diyebilirsiniz. Numaranız kilit altında tutulur. Fabrikada kimse onu görmez, ne anlattığınızı da öğrenmez. Kabul ediyor musunuz?',
  ar: 'هل يمكننا أن نتصل بكم بعد بضعة أيام لنسأل عن أحوال العمل؟ يمكنكم أن تقولوا لا، الآن أو لاحقًا. رقمكم يُحفظ مقفلًا. لن يراه أحد في المصنع، ولن يعرف أحد ما تقولونه لنا. هل توافقون؟',
}

/** The spoken draft of a text, below the folder of drafts; a later wording is another file. */
export function consentAudioName(languageCode: string): string {
  return `${languageCode}-${CONSENT_TEXT_VERSION}.wav`
}
