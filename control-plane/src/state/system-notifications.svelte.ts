const STORED = 'cloudos.system-notifications'

/** Whether the system shows what happens while the page is out of sight. It belongs to the browser, and is off until a person asks. */
class SystemNotifications {
  areOn = $state(
    'Notification' in globalThis && Notification.permission === 'granted' && localStorage.getItem(STORED) === 'on',
  )
  /** Why they stay off, in words. */
  problem = $state<string | undefined>()

  /** Only from a click: the browser asks the person. */
  async turnOn(): Promise<void> {
    const answer = 'Notification' in globalThis ? await Notification.requestPermission() : 'denied'
    this.areOn = answer === 'granted'
    this.problem = this.areOn
      ? undefined
      : 'This browser does not let the page notify you. Allow it in the site’s settings of the browser.'
    if (this.areOn) localStorage.setItem(STORED, 'on')
  }

  turnOff(): void {
    this.areOn = false
    this.problem = undefined
    localStorage.removeItem(STORED)
  }

  /** The same `id` from several tabs is shown once. */
  show(id: string, title: string): void {
    if (this.areOn && document.hidden) new Notification(title, { tag: id, body: 'CloudOS' })
  }
}

export const systemNotifications = new SystemNotifications()
