import type { QuestionOption, SaveAnswer } from '../../../../server/domains/questionnaires/contract.ts'
import type { AgentOutcome, CallbackView } from '../../api/callbacks.ts'
import * as api from '../../api/callbacks.ts'
import type { LiveBoard } from '../../live/board.svelte.ts'
import { begunTexts } from '../../ui/begun.svelte.ts'
import { attempt, Loaded, Submission } from '../../ui/load.svelte.ts'

/** One callback on the agent's desk: what the line does comes from the board, what is said is saved answer by answer. */
export class Desk {
  readonly id: string
  readonly #loaded: Loaded<CallbackView>
  readonly #act = new Submission()
  readonly #board: LiveBoard

  constructor(id: string, board: LiveBoard) {
    this.id = id
    this.#board = board
    this.#loaded = new Loaded(() => api.getCallback(id))
  }

  get view() {
    return this.#loaded.value
  }
  get problem() {
    return this.#act.problem || this.#loaded.problem
  }
  get isBusy() {
    return this.#act.isBusy
  }
  /** The newest state known: the board's while the callback is on it, else what was loaded. */
  get status() {
    return this.#row?.status ?? this.view?.status
  }
  get agentUserId() {
    return (this.#row ?? this.view)?.agentUserId
  }
  /** The call going on for this callback, if any. */
  get call() {
    const reference = this.view?.reference
    return this.#board.calls.find((call) => call.callbackReference === reference && call.agentUserId !== null && call.status !== 'ended')
  }
  /** Languages the worker's country is served in. */
  get languages() {
    return this.#board.countries.find((country) => country.id === this.view?.countryId)?.languages ?? []
  }
  get questions() {
    return this.view?.questionnaire?.body.questions ?? []
  }
  answerOf(questionId: string) {
    return this.view?.answers.find((answer) => answer.questionId === questionId)
  }
  /** The question to ask now, following the answers given; undefined after the last one. */
  get currentQuestion() {
    let question = this.questions[0]
    while (question) {
      const asked = question
      const answer = this.answerOf(asked.id)
      if (!answer) return asked
      const option = asked.options.find((candidate) => candidate.id === answer.choice)
      if (option?.next === 'end') return undefined
      const next = option?.next ? this.questions.find((candidate) => candidate.id === option.next) : undefined
      question = next ?? this.questions[this.questions.indexOf(asked) + 1]
    }
    return undefined
  }
  /** Category of the case the answers point to, if any. */
  get suggestedCategory() {
    return this.#chosen().findLast((option) => option.suggestsCategory)?.suggestsCategory
  }
  /** Outcome the answers ended the conversation with, if any. */
  get endsWith() {
    return this.#chosen().findLast((option) => option.endsWith)?.endsWith as AgentOutcome | undefined
  }

  /** Asks again for what the board does not carry. */
  load = () => this.#loaded.load()
  take = () => this.#act.run(async () => this.#loaded.replace(await api.takeCallback(this.id)))
  hangUp = () => this.#act.run(() => api.hangUp(this.id))
  /** What was written and not saved is part of what the worker said: it is saved first, but a line that must end does not wait for it to succeed. */
  nameOutcome = (outcome: Parameters<typeof api.nameOutcome>[1]) =>
    this.#act.run(async () => {
      const refusal = await attempt(() => this.#saveWords())
      if (refusal && this.status !== 'talking') throw new Error(refusal)
      this.#loaded.replace(await api.nameOutcome(this.id, outcome))
    })

  choose = (questionId: string, choice: string) => this.#act.run(() => this.#answer(questionId, { choice }))
  saveWords = () => this.#act.run(() => this.#saveWords())

  /** The answer to the question asked now, while it is being written. */
  get words() {
    return begunTexts.read(this.#wordsKey)
  }
  set words(words) {
    begunTexts.write(this.#wordsKey, words)
  }
  get #wordsKey() {
    return `answer ${this.id} ${this.currentQuestion?.id ?? ''}`
  }

  async #saveWords(): Promise<void> {
    const question = this.currentQuestion
    const words = this.words.trim()
    if (!question || !words) return
    const key = this.#wordsKey
    await this.#answer(question.id, { text: words })
    // What was typed on meanwhile is not in it.
    if (begunTexts.read(key).trim() === words) begunTexts.write(key, '')
  }

  async #answer(questionId: string, answer: SaveAnswer): Promise<void> {
    const saved = await api.saveAnswer(this.id, questionId, answer)
    if (!this.view) return
    const answers = [...this.view.answers.filter((other) => other.questionId !== questionId), saved]
    this.#loaded.replace({ ...this.view, answers })
  }

  get #row() {
    return this.#board.callbacks.find((callback) => callback.id === this.id)
  }

  #chosen(): QuestionOption[] {
    return this.questions.flatMap((question) => {
      const choice = this.answerOf(question.id)?.choice
      return question.options.filter((option) => option.id === choice)
    })
  }
}
