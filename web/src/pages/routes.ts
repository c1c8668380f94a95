import type { Component } from 'svelte'
import type { Role } from '../api/session.ts'
import type { TextKey } from '../text/text.svelte.ts'
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
import SitesPage from './SitesPage.svelte'
import LinePage from './LinePage.svelte'
import LinesPage from './LinesPage.svelte'
import ShiftsPage from './ShiftsPage.svelte'
import NumbersPage from './NumbersPage.svelte'
import TextSetUpPage from './TextSetUpPage.svelte'
import TextsPage from './TextsPage.svelte'
import VoicemailsPage from './VoicemailsPage.svelte'

type Entry = { path: string; title: TextKey; roles: readonly Role[]; page: Component<never>; isInMenu: boolean }

/** Every screen, who may open it, and its place in the menu; the first a role may open is its home. */
export const entries: readonly Entry[] = [
  { path: '/board', title: 'nav.board', roles: ['supervisor'], page: BoardPage as Component<never>, isInMenu: true },
  { path: '/alerts', title: 'nav.alerts', roles: ['supervisor', 'administrator'], page: AlertsPage as Component<never>, isInMenu: true },
  {
    path: '/watchdog',
    title: 'nav.numbers',
    roles: ['supervisor', 'administrator'],
    page: NumbersPage as Component<never>,
    isInMenu: true,
  },
  { path: '/callbacks', title: 'nav.callbacks', roles: ['supervisor'], page: CallbacksPage as Component<never>, isInMenu: true },
  { path: '/desk', title: 'nav.desk', roles: ['agent'], page: DeskPage as Component<never>, isInMenu: true },
  { path: '/desk/:id', title: 'nav.desk', roles: ['agent', 'supervisor'], page: DeskPage as Component<never>, isInMenu: false },
  {
    path: '/voicemails',
    title: 'nav.voicemails',
    roles: ['agent', 'supervisor'],
    page: VoicemailsPage as Component<never>,
    isInMenu: true,
  },
  { path: '/texts', title: 'nav.texts', roles: ['agent', 'supervisor'], page: TextsPage as Component<never>, isInMenu: true },
  { path: '/texts/:id', title: 'nav.texts', roles: ['agent', 'supervisor'], page: TextsPage as Component<never>, isInMenu: false },
  { path: '/prompts', title: 'nav.prompts', roles: ['supervisor', 'administrator'], page: PromptsPage as Component<never>, isInMenu: true },
  {
    path: '/prompts/:code',
    title: 'nav.prompts',
    roles: ['supervisor', 'administrator'],
    page: LanguagePage as Component<never>,
    isInMenu: false,
  },
  { path: '/lines', title: 'nav.lines', roles: ['supervisor', 'administrator'], page: LinesPage as Component<never>, isInMenu: true },
  {
    path: '/lines/:countryId',
    title: 'nav.lines',
    roles: ['supervisor', 'administrator'],
    page: LinePage as Component<never>,
    isInMenu: false,
  },
  { path: '/text-gateways', title: 'nav.textSetUp', roles: ['administrator'], page: TextSetUpPage as Component<never>, isInMenu: true },
  { path: '/audits', title: 'nav.audits', roles: ['auditor', 'supervisor'], page: AuditsPage as Component<never>, isInMenu: true },
  { path: '/audits/:id', title: 'nav.audits', roles: ['auditor', 'supervisor'], page: AuditPage as Component<never>, isInMenu: false },
  {
    path: '/audits/:id/cards',
    title: 'nav.audits',
    roles: ['auditor', 'supervisor'],
    page: CardsPage as Component<never>,
    isInMenu: false,
  },
  { path: '/sites', title: 'nav.sites', roles: ['supervisor'], page: SitesPage as Component<never>, isInMenu: true },
  { path: '/shifts', title: 'nav.shifts', roles: ['supervisor'], page: ShiftsPage as Component<never>, isInMenu: true },
  {
    path: '/cases',
    title: 'nav.cases',
    roles: ['case-handler', 'supervisor', 'agent'],
    page: CasesPage as Component<never>,
    isInMenu: true,
  },
  {
    path: '/cases/:id',
    title: 'nav.cases',
    roles: ['case-handler', 'supervisor', 'agent'],
    page: CasePage as Component<never>,
    isInMenu: false,
  },
  {
    path: '/dashboard',
    title: 'nav.dashboard',
    roles: ['client', 'supervisor', 'case-handler'],
    page: DashboardPage as Component<never>,
    isInMenu: true,
  },
]

export const entriesOf = (role: Role) => entries.filter((entry) => entry.roles.includes(role))
