import type { Page } from 'playwright-core'

/** What a page got hold of at one address, by the way it tried. */
export interface Loot {
  readonly read: string | undefined
  readonly write: string | undefined
  readonly socket: string | undefined
  readonly script: string | undefined
  readonly image: string | undefined
}

export const NO_LOOT: Loot = {
  read: undefined,
  write: undefined,
  socket: undefined,
  script: undefined,
  image: undefined,
}

/** Tries from inside `page` everything that a web page can do to `origin` (`http://host:port`). */
export async function attack(page: Page, origin: string): Promise<Loot> {
  const [read, write, socket, script, image] = await Promise.all([
    page.evaluate(fetchBody, { url: `${origin}/`, method: 'GET' }),
    page.evaluate(fetchBody, { url: `${origin}/`, method: 'POST' }),
    page.evaluate(openSocket, `${origin.replace('http:', 'ws:')}/`),
    page.evaluate(loadScript, `${origin}/theme.js`),
    page.evaluate(loadImage, `${origin}/mark.svg`),
  ])
  return { read, write, socket, script, image }
}

/* These run inside the page, so they are whole in themselves. */

async function fetchBody({ url, method }: { url: string; method: string }): Promise<string | undefined> {
  try {
    const response = await fetch(url, { method })
    return response.ok ? await response.text() : undefined
  } catch (refusal) {
    if (refusal instanceof TypeError) return undefined
    throw refusal
  }
}

/** `open` when the other side took the websocket. */
export function openSocket(url: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url)
    socket.onopen = () => {
      resolve('open')
    }
    socket.onclose = () => {
      resolve(undefined)
    }
  })
}

function loadScript(url: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const script = document.createElement('script')
    script.onload = () => {
      resolve('loaded')
    }
    script.onerror = () => {
      resolve(undefined)
    }
    script.src = url
    document.body.append(script)
  })
}

function loadImage(url: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const image = new Image()
    image.onload = () => {
      resolve('loaded')
    }
    image.onerror = () => {
      resolve(undefined)
    }
    image.src = url
  })
}
