import type { Component } from 'svelte'
import type { Role } from '../api/session.ts'
import type { TextKey } from '../text/text.svelte.ts'
import AgentsPage from './AgentsPage.svelte'
import AlertsPage from './AlertsPage.svelte'
import AuditPage from './AuditPage.svelte'
import AuditsPage from './AuditsPage.svelte'
import BoardPage from './BoardPage.svelte'
import CallbacksPage from './CallbacksPage.svelte'
import CardsPage from './CardsPage.svelte'
import CasePage from './CasePage.svelte'
import CasesPage from './CasesPage.svelte'
import DashboardPage from './DashboardPage.svelte'
import DeskPage from './DeskPage.svelte'
import LanguagePage from './LanguagePage.svelte'
import PromptsPage from './PromptsPage.svelte'
import QuestionnairePage from './QuestionnairePage.svelte'
import QuestionnairesPage from './QuestionnairesPage.svelte'
import RetentionPage from './RetentionPage.svelte'
import SitesPage from './SitesPage.svelte'
import LinePage from './LinePage.svelte'
import LinesPage from './LinesPage.svelte'
import ShiftsPage from './ShiftsPage.svelte'
import NumbersPage from './NumbersPage.svelte'
import TextSetUpPage from './TextSetUpPage.svelte'
import TextsPage from './TextsPage.svelte'
import VoicemailsPage from './VoicemailsPage.svelte'

/** What is going on, what there is to do, what it is for, and what it is made of. */
export const groups = ['now', 'work', 'programme', 'setUp'] as const

type Entry = { path: string; title: TextKey; roles: readonly Role[]; page: Component<never>; group?: (typeof groups)[number] }
export type MenuEntry = Entry & { group: (typeof groups)[number] }

/** A page as the router takes it: what it needs of the address, it reads from `params`. */
const page = (component: unknown) => component as Component<never>

/** Every screen and who may open it; one with a group stands in the menu. The first a role may open is its home. */
export const entries: readonly Entry[] = [
  { path: '/board', title: 'nav.board', roles: ['supervisor'], page: page(BoardPage), group: 'now' },
  { path: '/alerts', title: 'nav.alerts', roles: ['supervisor', 'administrator'], page: page(AlertsPage), group: 'now' },
  { path: '/watchdog', title: 'nav.numbers', roles: ['supervisor', 'administrator'], page: page(NumbersPage), group: 'now' },
  { path: '/desk', title: 'nav.desk', roles: ['agent'], page: page(DeskPage), group: 'work' },
  { path: '/desk/:id', title: 'nav.desk', roles: ['agent', 'supervisor'], page: page(DeskPage) },
  { path: '/callbacks', title: 'nav.callbacks', roles: ['supervisor'], page: page(CallbacksPage), group: 'work' },
  { path: '/voicemails', title: 'nav.voicemails', roles: ['agent', 'supervisor'], page: page(VoicemailsPage), group: 'work' },
  { path: '/texts', title: 'nav.texts', roles: ['agent', 'supervisor'], page: page(TextsPage), group: 'work' },
  { path: '/texts/:id', title: 'nav.texts', roles: ['agent', 'supervisor'], page: page(TextsPage) },
  { path: '/cases', title: 'nav.cases', roles: ['case-handler', 'supervisor', 'agent'], page: page(CasesPage), group: 'work' },
  { path: '/cases/:id', title: 'nav.cases', roles: ['case-handler', 'supervisor', 'agent'], page: page(CasePage) },
  {
    path: '/dashboard',
    title: 'nav.dashboard',
    roles: ['client', 'supervisor', 'case-handler'],
    page: page(DashboardPage),
    group: 'programme',
  },
  { path: '/audits', title: 'nav.audits', roles: ['auditor', 'supervisor'], page: page(AuditsPage), group: 'programme' },
  { path: '/audits/:id', title: 'nav.audits', roles: ['auditor', 'supervisor'], page: page(AuditPage) },
  { path: '/audits/:id/cards', title: 'nav.audits', roles: ['auditor', 'supervisor'], page: page(CardsPage) },
  { path: '/sites', title: 'nav.sites', roles: ['supervisor'], page: page(SitesPage), group: 'programme' },
  { path: '/agents', title: 'nav.agents', roles: ['supervisor', 'administrator'], page: page(AgentsPage), group: 'setUp' },
  { path: '/shifts', title: 'nav.shifts', roles: ['supervisor'], page: page(ShiftsPage), group: 'setUp' },
  { path: '/prompts', title: 'nav.prompts', roles: ['supervisor', 'administrator'], page: page(PromptsPage), group: 'setUp' },
  { path: '/prompts/:code', title: 'nav.prompts', roles: ['supervisor', 'administrator'], page: page(LanguagePage) },
  {
    path: '/questionnaires',
    title: 'nav.questionnaires',
    roles: ['supervisor', 'administrator'],
    page: page(QuestionnairesPage),
    group: 'programme',
  },
  {
    path: '/questionnaires/:id/:version?',
    title: 'nav.questionnaires',
    roles: ['supervisor', 'administrator'],
    page: page(QuestionnairePage),
  },
  { path: '/lines', title: 'nav.lines', roles: ['supervisor', 'administrator'], page: page(LinesPage), group: 'setUp' },
  { path: '/lines/:countryId', title: 'nav.lines', roles: ['supervisor', 'administrator'], page: page(LinePage) },
  { path: '/retention', title: 'nav.retention', roles: ['supervisor', 'administrator'], page: page(RetentionPage), group: 'setUp' },
  { path: '/text-gateways', title: 'nav.textSetUp', roles: ['administrator'], page: page(TextSetUpPage), group: 'setUp' },
]

export const entriesOf = (role: Role) => entries.filter((entry) => entry.roles.includes(role))
export const isInMenu = (entry: Entry): entry is MenuEntry => entry.group !== undefined
