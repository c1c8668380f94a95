import { Type } from 'typebox'
import type { ProductClock } from '../time/demo-clock.ts'
import type { App } from './app.ts'
import { Instant } from './schema.ts'

const ClockView = Type.Object({ now: Instant, isSettable: Type.Boolean() })
const MoveClock = Type.Union([
  Type.Object({ now: Instant }, { additionalProperties: false }),
  Type.Object({ advanceSeconds: Type.Integer({ minimum: 1, maximum: 366 * 24 * 3600 }) }, { additionalProperties: false }),
])

/** The calendar the product goes by; the demo's can be set and stepped. */
export function clockRoutes(app: App, clock: ProductClock): void {
  const view = () => ({ now: clock.now().toISOString(), isSettable: clock.isSettable })
  app.get('/api/clock', { config: { policy: 'signed-in' }, schema: { response: { 200: ClockView } } }, async () => view())
  app.put(
    '/api/clock',
    { config: { policy: { roles: ['administrator'] } }, schema: { body: MoveClock, response: { 200: ClockView } } },
    async ({ body }) => {
      await clock.set('now' in body ? new Date(body.now) : new Date(clock.now().getTime() + body.advanceSeconds * 1000))
      return view()
    },
  )
}
