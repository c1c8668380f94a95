import type { QuestionnaireBody, QuestionnaireDraft } from '../../api/questionnaires.ts'
import { t } from '../../text/text.svelte.ts'

type Question = QuestionnaireBody['questions'][number]
type Place = Pick<QuestionnaireDraft['problems'][number], 'part'> & { questionId?: string; optionId?: string }

/** A questionnaire while it is written on the screen: nothing is kept before it is saved. */
export class DraftBody {
  readonly #saved: QuestionnaireDraft
  #body = $state<QuestionnaireBody>({ opening: {}, questions: [], closing: {} })
  readonly #before: string

  constructor(saved: QuestionnaireDraft) {
    this.#saved = saved
    this.#body = $state.snapshot(saved.body)
    this.#before = JSON.stringify(saved.body)
  }
  get body(): QuestionnaireBody {
    return this.#body
  }
  get isChanged(): boolean {
    return JSON.stringify(this.body) !== this.#before
  }

  /** What was wrong at a place when it was last saved; '' when nothing. */
  problemAt({ part, questionId, optionId }: Place): string {
    return this.#saved.problems
      .filter((one) => one.part === part && (one.questionId ?? undefined) === questionId && (one.optionId ?? undefined) === optionId)
      .map(({ code }) => t(`questionnaires.problem.${code}`))
      .join(' ')
  }

  addQuestion(kind: Question['kind']): void {
    const options = kind === 'choice' ? ['yes', 'no'].map((id) => ({ id, text: { en: '' } })) : []
    this.body.questions.push({ id: freeId('question', this.body.questions), kind, text: { en: '' }, options })
  }
  removeQuestion(index: number): void {
    this.body.questions.splice(index, 1)
  }
  moveUp(index: number): void {
    const [moved] = this.body.questions.splice(index, 1)
    this.body.questions.splice(index - 1, 0, moved!)
  }
  addOption(question: Question): void {
    question.options.push({ id: freeId('choice', question.options), text: { en: '' } })
  }
}

/** "question-3": answers of an earlier version carry ids, so one that was used there means the same. */
function freeId(word: string, taken: readonly { id: string }[]): string {
  let number = taken.length + 1
  while (taken.some(({ id }) => id === `${word}-${number}`)) number++
  return `${word}-${number}`
}
