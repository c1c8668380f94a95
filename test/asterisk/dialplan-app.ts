/*
 * A service that can be frozen: claims and answers each call offered to it, says that the caller chose Arabic, and then
 * does nothing. Started by dialplan-site.ts; prints what it has done.
 */
import { WebSocket } from 'ws'

const { ARI_URL, ARI_USER, ARI_PASSWORD } = process.env
const authorization = `Basic ${Buffer.from(`${ARI_USER}:${ARI_PASSWORD}`).toString('base64')}`

async function post(resource: string): Promise<void> {
  const response = await fetch(`${ARI_URL}${resource}`, { method: 'POST', headers: { authorization } })
  if (!response.ok) throw new Error(`${resource}: ${response.status}`)
}

async function take(channelId: string): Promise<void> {
  await post(`/events/claim?channelId=${channelId}&application=ringback-1`)
}

async function serve(channelId: string): Promise<void> {
  await post(`/channels/${channelId}/answer`)
  await post(`/channels/${channelId}/variable?variable=RB_LANGUAGE&value=ar`)
  console.log(`claimed ${channelId}`)
}

const socket = new WebSocket(`${ARI_URL?.replace('http', 'ws')}/events?app=ringback-1`, { headers: { authorization } })
socket.on('open', () => console.log('ready'))
socket.on('message', (data: Buffer) => {
  const event = JSON.parse(data.toString('utf8')) as { type: string; channel?: { id: string }; args?: string[] }
  if (!event.channel) return
  if (event.type === 'CallBroadcast') void take(event.channel.id)
  if (event.type === 'StasisStart') void serve(event.channel.id)
})
