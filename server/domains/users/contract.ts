import { Type, type Static } from 'typebox'
import { CountryId, Instant, Nullable, Uuid } from '../../platform/http/schema.ts'

export const Role = Type.Union([
  Type.Literal('agent'),
  Type.Literal('supervisor'),
  Type.Literal('case-handler'),
  Type.Literal('auditor'),
  Type.Literal('custodian'),
  Type.Literal('client'),
  Type.Literal('administrator'),
])
export type Role = Static<typeof Role>

const Email = Type.String({ minLength: 3, maxLength: 254, pattern: '^[!-?A-~]+@[!-?A-~]+$' })
const DisplayName = Type.String({ minLength: 1, maxLength: 100 })
/** Twelve characters or more, of any kind: length is what guessing costs. */
const NewPassword = Type.String({ minLength: 12, maxLength: 128 })
const Password = Type.String({ minLength: 1, maxLength: 128 })

export const UserView = Type.Object({
  id: Uuid,
  email: Email,
  displayName: DisplayName,
  role: Role,
  countryIds: Type.Array(CountryId),
  factoryIds: Type.Array(Uuid),
  clientId: Nullable(Uuid),
  isActive: Type.Boolean(),
  createdAt: Instant,
})
export type UserView = Static<typeof UserView>
export const UserList = Type.Object({ users: Type.Array(UserView) })

/** POST /api/users (administrator). A client user names its client, nobody else does. */
export const CreateUser = Type.Object({
  email: Email,
  displayName: DisplayName,
  role: Role,
  password: NewPassword,
  countryIds: Type.Array(CountryId, { default: [], maxItems: 300 }),
  factoryIds: Type.Array(Uuid, { default: [], maxItems: 5000 }),
  clientId: Type.Optional(Nullable(Uuid)),
})
export type CreateUser = Static<typeof CreateUser>

/** PATCH /api/users/:id (administrator). A change of role, rows or activity ends the user's sessions. */
export const ChangeUser = Type.Object({
  displayName: Type.Optional(DisplayName),
  role: Type.Optional(Role),
  countryIds: Type.Optional(Type.Array(CountryId, { maxItems: 300 })),
  factoryIds: Type.Optional(Type.Array(Uuid, { maxItems: 5000 })),
  clientId: Type.Optional(Nullable(Uuid)),
  isActive: Type.Optional(Type.Boolean()),
})
export type ChangeUser = Static<typeof ChangeUser>

/** POST /api/users/:id/password: one's own with the current one, or another's as administrator. */
export const ChangePassword = Type.Object({ currentPassword: Type.Optional(Password), newPassword: NewPassword })
export type ChangePassword = Static<typeof ChangePassword>

/** POST /api/session */
export const SignIn = Type.Object({ email: Type.String({ minLength: 1, maxLength: 254 }), password: Password })
export type SignIn = Static<typeof SignIn>

/** Who is signed in. `csrfToken` goes into the header x-csrf-token of every POST, PUT, PATCH and DELETE. */
export const CurrentSession = Type.Object({
  user: Type.Object({
    id: Uuid,
    email: Email,
    displayName: DisplayName,
    role: Role,
    countryIds: Type.Array(CountryId),
    factoryIds: Type.Array(Uuid),
    clientId: Nullable(Uuid),
  }),
  csrfToken: Type.String(),
  expiresAt: Instant,
})
export type CurrentSession = Static<typeof CurrentSession>

export const SessionView = Type.Object({
  id: Uuid,
  isCurrent: Type.Boolean(),
  userAgent: Type.String(),
  createdAt: Instant,
  lastSeenAt: Instant,
  expiresAt: Instant,
})
export type SessionView = Static<typeof SessionView>
export const SessionList = Type.Object({ sessions: Type.Array(SessionView) })
