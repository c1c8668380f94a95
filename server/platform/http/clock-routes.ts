import { Type } from 'typebox'
import type { ProductClock } from '../time/demo-clock.ts'
import type { App } from './app.ts'
import { Instant } from './schema.ts'

const ClockView = Type.Object({
  now: Instant,
  isSettable: Type.Boolean(),
  /** It moves only when it is set. */
  isStanding: Type.Boolean(),
})
/** `stands`: true, it moves only when it is set; false, it runs on from there; absent, as before. */
const stands = Type.Optional(Type.Boolean())
const MoveClock = Type.Union([
  Type.Object({ now: Instant, stands }, { additionalProperties: false }),
  Type.Object({ advanceSeconds: Type.Integer({ minimum: 1, maximum: 366 * 24 * 3600 }), stands }, { additionalProperties: false }),
  Type.Object({ stands: Type.Boolean() }, { additionalProperties: false }),
])

/** The calendar the product goes by; the demo's can be set, stopped and stepped. */
export function clockRoutes(app: App, clock: ProductClock): void {
  const view = () => ({ now: clock.now().toISOString(), isSettable: clock.isSettable, isStanding: clock.isStanding() })
  app.get('/api/clock', { config: { policy: 'signed-in' }, schema: { response: { 200: ClockView } } }, async () => view())
  app.put(
    '/api/clock',
    { config: { policy: { roles: ['administrator'] } }, schema: { body: MoveClock, response: { 200: ClockView } } },
    async ({ body }) => {
      const to = () => {
        if ('now' in body) return new Date(body.now)
        return 'advanceSeconds' in body ? new Date(clock.now().getTime() + body.advanceSeconds * 1000) : undefined
      }
      await clock.set({ now: to(), stands: body.stands })
      return view()
    },
  )
}
