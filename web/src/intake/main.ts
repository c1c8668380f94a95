import { mount } from 'svelte'
import '../ui/fonts.ts'
import '../ui/tokens.css'
import '../ui/base.css'
import IntakeApp from './IntakeApp.svelte'

const target = document.getElementById('intake')
if (!target) throw new Error('intake.html has no #intake')
export default mount(IntakeApp, { target })

// Over plain http from another machine there is none: the page works there too, but only with a connection.
if ('serviceWorker' in navigator) void navigator.serviceWorker.register('/intake-worker.js', { scope: '/intake' })
