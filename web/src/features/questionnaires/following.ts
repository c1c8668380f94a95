import type { QuestionnaireBody } from '../../api/questionnaires.ts'
import { isolated, t, type TextKey } from '../../text/text.svelte.ts'

type Option = QuestionnaireBody['questions'][number]['options'][number]

/** What a choice leads to besides the following question, in a line; '' when that is all. */
export function whatFollows({ questions }: QuestionnaireBody, { next, endsWith, suggestsCategory }: Option): string {
  const target = questions.find(({ id }) => id === next)?.text['en']
  const parts = [
    next === 'end' && t('questionnaires.toEnd'),
    target && t('questionnaires.toQuestion', { question: isolated(target) }),
    endsWith && t('questionnaires.endsAs', { outcome: t(`outcome.${endsWith}` as TextKey) }),
    suggestsCategory && t('questionnaires.opensCase', { category: t(`category.${suggestsCategory}` as TextKey) }),
  ]
  return parts.filter((part) => part).join(' · ')
}
