import type { Page } from 'playwright-core'

/** A platform authenticator whose owner always agrees, in this page. */
export async function putAuthenticator(page: Page, { hasPrf }: { readonly hasPrf: boolean }): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      hasPrf,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}
