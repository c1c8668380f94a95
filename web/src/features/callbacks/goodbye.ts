/** Said when somebody else answered, or the worker cannot talk: nothing in it tells who calls, or why. */
export const GOODBYE: Record<string, string> = {
  en: 'Sorry to have disturbed you. Goodbye.',
  bn: 'বিরক্ত করার জন্য দুঃখিত। ভালো থাকবেন।',
  vi: 'Xin lỗi đã làm phiền. Chào anh chị.',
  zh: '不好意思打扰了，再见。',
  hi: 'माफ़ कीजिए, आपको परेशान किया। नमस्ते।',
  ta: 'தொந்தரவுக்கு மன்னிக்கவும். வணக்கம்.',
  tr: 'Rahatsız ettiğim için özür dilerim. Hoşça kalın.',
  ar: 'عذرا على الإزعاج. مع السلامة.',
}
