import type { AlertChange, AlertView, OpenAlerts } from '../../../server/domains/alerts/contract.ts'
import { followTopic } from './socket.ts'

/** The open alerts of whoever is signed in, kept up to date; what is shown stays while the socket is lost. */
export class LiveAlerts {
  #alerts = $state<AlertView[]>([])
  #isLoaded = $state(false)

  /** Nobody has said yet that they saw it: critical ones first, then the newest. */
  get unseen() {
    return this.#alerts.filter((alert) => !alert.acknowledgedAt).toSorted(byWeight)
  }
  /** Acknowledged, and still going on. */
  get seen() {
    return this.#alerts.filter((alert) => alert.acknowledgedAt)
  }
  get isLoaded() {
    return this.#isLoaded
  }

  /** Starts following. @returns how to stop */
  follow(): () => void {
    return followTopic('alerts', {
      onSnapshot: (data) => {
        this.#alerts = (data as OpenAlerts).alerts
        this.#isLoaded = true
      },
      onChange: (data) => this.take((data as AlertChange).alert),
      onConnected: () => {},
    })
  }

  /** The new state of one; one that is closed leaves. */
  take(alert: AlertView): void {
    const others = this.#alerts.filter(({ id }) => id !== alert.id)
    this.#alerts = alert.closedAt ? others : [alert, ...others]
  }
}

const byWeight = (a: AlertView, b: AlertView) =>
  Number(b.severity === 'critical') - Number(a.severity === 'critical') || b.raisedAt.localeCompare(a.raisedAt)
