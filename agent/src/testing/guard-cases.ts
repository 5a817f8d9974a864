/**
 * What arrives at the port, byte for byte, and what must become of it. `PORT` stands for the door's own. Each line ends in CRLF; an
 * empty line ends the headers.
 */
export interface GuardCase {
  readonly name: string
  readonly outcome: 'page' | 'redirect' | 'websocket' | 'refused'
  readonly request: string
}

const HOST = 'Host: localhost:PORT'
const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', KEY]

type Named = readonly [name: string, ...lines: readonly string[]]

function cases(outcome: GuardCase['outcome'], named: readonly Named[]): readonly GuardCase[] {
  return named.map(([name, ...lines]) => ({ name, outcome, request: [...lines, '', ''].join('\r\n') }))
}

function get(...headers: readonly string[]): readonly string[] {
  return ['GET / HTTP/1.1', ...headers]
}

/** The same request with another Host line. */
const withHost = (value: string): Named => [`Host "${value}"`, ...get(`Host: ${value}`)]
const withTarget = (target: string): Named => [`target "${target.slice(0, 60)}"`, `GET ${target} HTTP/1.1`, HOST]
const withMethod = (method: string): Named => [`method ${method}`, `${method} / HTTP/1.1`, HOST]
const withOrigin = (origin: string): Named => [`Origin "${origin}"`, ...get(HOST, `Origin: ${origin}`)]
const upgradeFrom = (origin: string): Named => [
  `upgrade with Origin "${origin}"`,
  ...get(HOST, `Origin: ${origin}`, ...UPGRADE),
]
const fetched = (site: string, mode: string, dest: string): Named => [
  `Sec-Fetch ${site}, ${mode}, ${dest}`,
  ...get(HOST, `Sec-Fetch-Site: ${site}`, `Sec-Fetch-Mode: ${mode}`, `Sec-Fetch-Dest: ${dest}`),
]

const EVIL_HOSTS = [
  'localhost', 'localhost:', 'localhost:1', 'localhost:0PORT', 'localhost:PORT0', 'localhost:PORT:PORT', 'localhost.:PORT', 'localhost.',
  'LOCALHOST:PORT', 'Localhost:PORT', 'localhost:PORT.', 'localhost:PORT/', 'localhost:PORT@evil.example', 'evil.example',
  'evil.example:PORT', 'rebound.evil.example:PORT', 'localhost.evil.example:PORT', 'evillocalhost:PORT', 'localhost,evil.example:PORT',
  'localhost:PORT, evil.example', 'localhost:PORT evil.example', 'user@localhost:PORT', 'foo.localhost:PORT', '127.0.0.1', '127.1:PORT',
  '127.0.0.2:PORT', '127.0.0.1.:PORT', '127.0.0.1.nip.io:PORT', '0.0.0.0:PORT', '0:PORT', '0x7f000001:PORT', '2130706433:PORT',
  '0177.0.0.1:PORT', '[::1]', '[::]:PORT', '::1:PORT', '[0:0:0:0:0:0:0:1]:PORT', '[::ffff:127.0.0.1]:PORT', '[::1%25lo]:PORT',
  '192.168.1.10:PORT', '10.0.0.1:PORT', '169.254.169.254:PORT', 'device.local:PORT', 'xn--loclhost-9za:PORT', 'l\u00f6calhost:PORT',
  'http://localhost:PORT', '',
] // prettier-ignore

const EVIL_TARGETS = [
  'http://localhost:PORT/', 'http://evil.example/', 'https://localhost:PORT/', 'HTTP://LOCALHOST:PORT/', '//evil.example/', '//', '*', 'x',
  'localhost:PORT', '/..', '/../etc/passwd', '/assets/../../etc/passwd', '/.', '/./', '/.env', '/assets/.env', '/.git/config', '/%2e%2e/',
  '/%2E%2E%2Fetc/passwd', '/assets%2f..%2f..', '/%00', '/a%20b', '/\\..\\', '/a\\b', '/a//b', '/assets/', '/?x=1', '/?', '/#x', '/;x',
  '/a:b', '/a@b', '/~root', "/'", '/<script>', '/a b', '/%c0%ae%c0%ae/', '/\u00e9', '/' + 'a'.repeat(256), '/' + 'a/'.repeat(120) + '..',
] // prettier-ignore

const EVIL_METHODS = [
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'PROPFIND',
  'QUERY',
  'PURGE',
  'get',
  'GETT',
]

const EVIL_ORIGINS = [
  'null', 'http://evil.example', 'https://evil.example', 'http://localhost', 'http://localhost:1', 'https://localhost:PORT',
  'http://LOCALHOST:PORT', 'http://localhost:PORT/', 'http://localhost:PORT.evil.example', 'http://localhost.:PORT', 'http://127.0.0.1:PORT',
  'http://[::1]:PORT', 'http://evil.example:PORT', 'http://localhost:PORT http://evil.example', 'file://', 'chrome-extension://abcdef', '',
] // prettier-ignore

export const GUARD_CASES: readonly GuardCase[] = [
  ...cases('page', [
    ['the page', ...get(HOST)],
    ['the page, its head alone', 'HEAD / HTTP/1.1', HOST],
    ['a hashed asset', 'GET /assets/main-1a2b3c.js HTTP/1.1', HOST],
    ['a lower-case header name', ...get('host: localhost:PORT')],
    ['its own Origin', ...get(HOST, 'Origin: http://localhost:PORT')],
    ['an Origin that the owner allows', ...get(HOST, 'Origin: http://allowed.example')],
    ['an empty body announced', ...get(HOST, 'Content-Length: 0')],
    ['cookies, which are not looked at', ...get(HOST, 'Cookie: session=1', 'Cookie: other=2')],
    ['forwarding headers, which are not believed', ...get(HOST, 'X-Forwarded-Host: evil.example', 'Forwarded: host=evil.example')],
    ['a method override, which is not believed', ...get(HOST, 'X-HTTP-Method-Override: POST')],
    fetched('none', 'navigate', 'document'),
    fetched('same-origin', 'cors', 'script'),
    fetched('cross-site', 'navigate', 'document'),
    fetched('same-site', 'navigate', 'document'),
  ]),
  ...cases('redirect', [
    withHost('127.0.0.1:PORT'),
    withHost('[::1]:PORT'),
    ['an asset by number', 'GET /assets/main-1a2b3c.js HTTP/1.1', 'Host: 127.0.0.1:PORT'],
    ['its own numeric Origin', ...get('Host: 127.0.0.1:PORT', 'Origin: http://127.0.0.1:PORT')],
  ]),
  ...cases('websocket', [
    ['upgrade by the page', ...get(HOST, 'Origin: http://localhost:PORT', ...UPGRADE)],
    ['upgrade by a program, which sends no Origin', ...get(HOST, ...UPGRADE)],
    ['upgrade by number', ...get('Host: 127.0.0.1:PORT', ...UPGRADE)],
    ['upgrade by IPv6 number', ...get('Host: [::1]:PORT', ...UPGRADE)],
    ['upgrade with Connection among others', ...get(HOST, 'Connection: keep-alive, Upgrade', ...UPGRADE.slice(1))],
    ['upgrade spelled WebSocket', ...get(HOST, 'Connection: upgrade', 'Upgrade: WebSocket', ...UPGRADE.slice(2))],
    ['upgrade with an offer of compression, which is not taken', ...get(HOST, ...UPGRADE, 'Sec-WebSocket-Extensions: permessage-deflate')],
  ]),
  ...cases('refused', [
    ...EVIL_HOSTS.map(withHost),
    ['no Host', ...get()],
    ['no Host, version 1.0', 'GET / HTTP/1.0'],
    ['version 1.0', 'GET / HTTP/1.0', HOST],
    ['version 0.9', 'GET /'],
    ['version 1.2', 'GET / HTTP/1.2', HOST],
    ['version 2', 'PRI * HTTP/2.0', '', 'SM'],
    ['two Hosts, the second evil', ...get(HOST, 'Host: evil.example')],
    ['two Hosts, the first evil', ...get('Host: evil.example', HOST)],
    ['two equal Hosts', ...get(HOST, HOST)],
    ['a second Host behind thousands of headers', ...get(HOST, ...Array.from({ length: 2500 }, () => 'a:'), 'Host: evil.example')],
    ['more headers than a browser sends', ...get(HOST, ...Array.from({ length: 80 }, (_, i) => `X-${String(i)}: 1`))],
    ['an evil Host with the own Origin', ...get('Host: evil.example:PORT', 'Origin: http://localhost:PORT')],
    ['an evil Host with a matching Origin', ...get('Host: evil.example:PORT', 'Origin: http://evil.example:PORT')],
    ['a Host folded over two lines', ...get('Host: localhost:PORT', ' .evil.example')],
    ['a space before the colon', ...get('Host : localhost:PORT')],
    ['a header without a name', ...get(HOST, ': x')],
    ['a NUL in a header', ...get(HOST, 'X-Y: a\0b')],
    ['a bare carriage return in a header', ...get(HOST, 'X-Y: a\rHost: evil.example')],
    ['an absolute target with an evil Host', 'GET http://localhost:PORT/ HTTP/1.1', 'Host: evil.example'],
    ...EVIL_TARGETS.map(withTarget),
    ...EVIL_METHODS.map(withMethod),
    ['a form posted without asking', 'POST / HTTP/1.1', HOST, 'Content-Type: text/plain', 'Content-Length: 2', '', '{}'],
    ['a preflight', 'OPTIONS / HTTP/1.1', HOST, 'Origin: http://evil.example', 'Access-Control-Request-Method: POST'],
    ['a preflight for the private network', 'OPTIONS / HTTP/1.1', HOST, 'Origin: http://localhost:PORT', 'Access-Control-Request-Private-Network: true'],
    ...EVIL_ORIGINS.map(withOrigin),
    ['two Origins', ...get(HOST, 'Origin: http://localhost:PORT', 'Origin: http://evil.example')],
    ['an evil Origin by number', ...get('Host: 127.0.0.1:PORT', 'Origin: http://localhost:PORT')],
    fetched('cross-site', 'no-cors', 'image'),
    fetched('cross-site', 'no-cors', 'script'),
    fetched('cross-site', 'cors', 'empty'),
    fetched('cross-site', 'navigate', 'iframe'),
    fetched('cross-site', 'navigate', 'embed'),
    fetched('cross-site', 'navigate', 'object'),
    fetched('same-site', 'no-cors', 'style'),
    fetched('same-site', 'navigate', 'frame'),
    fetched('same-site', 'cors', 'document'),
    fetched('anything', 'navigate', 'document'),
    fetched('', 'navigate', 'document'),
    ['two Sec-Fetch-Sites', ...get(HOST, 'Sec-Fetch-Site: same-origin', 'Sec-Fetch-Site: cross-site')],
    ['cross-site without a mode', ...get(HOST, 'Sec-Fetch-Site: cross-site')],
    ['a body', ...get(HOST, 'Content-Length: 3'), '', 'abc'],
    ['a chunked body', ...get(HOST, 'Transfer-Encoding: chunked'), '', '0'],
    ['a body of both kinds', ...get(HOST, 'Content-Length: 3', 'Transfer-Encoding: chunked'), '', '0'],
    ['an obscured chunked body', ...get(HOST, 'Transfer-Encoding: identity, chunked'), '', '0'],
    ['a chunked body with a tab', ...get(HOST, 'Transfer-Encoding:\tchunked'), '', '0'],
    ['a chunked body misspelled', ...get(HOST, 'Transfer-Encoding: xchunked'), '', '0'],
    ['two lengths', ...get(HOST, 'Content-Length: 0', 'Content-Length: 3'), '', 'abc'],
    ['a negative length', ...get(HOST, 'Content-Length: -1')],
    ['a length with a sign', ...get(HOST, 'Content-Length: +0')],
    ['an expectation', ...get(HOST, 'Expect: 100-continue')],
    ['an unknown expectation', ...get(HOST, 'Expect: coffee')],
    ...EVIL_ORIGINS.map(upgradeFrom),
    ['upgrade with a rebound Host', ...get('Host: evil.example:PORT', 'Origin: http://evil.example:PORT', ...UPGRADE)],
    ['upgrade with a rebound Host and the own Origin', ...get('Host: evil.example:PORT', 'Origin: http://localhost:PORT', ...UPGRADE)],
    ['upgrade without a Host', ...get('Origin: http://localhost:PORT', ...UPGRADE)],
    ['upgrade with two Hosts', ...get(HOST, 'Host: evil.example', ...UPGRADE)],
    ['upgrade from another site', ...get(HOST, 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: websocket', ...UPGRADE)],
    ['upgrade from another port', ...get(HOST, 'Sec-Fetch-Site: same-site', 'Sec-Fetch-Mode: websocket', ...UPGRADE)],
    ['upgrade of a path nobody claims', 'GET /rpc HTTP/1.1', HOST, ...UPGRADE],
    ['upgrade of an absolute target', 'GET http://localhost:PORT/ HTTP/1.1', HOST, ...UPGRADE],
    ['upgrade by POST', 'POST / HTTP/1.1', HOST, ...UPGRADE],
    ['upgrade by HEAD', 'HEAD / HTTP/1.1', HOST, ...UPGRADE],
    ['upgrade to HTTP/2', ...get(HOST, 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__')],
    ['upgrade to one of two', ...get(HOST, 'Connection: Upgrade', 'Upgrade: h2c, websocket', ...UPGRADE.slice(2))],
    ['upgrade with an old version', ...get(HOST, ...UPGRADE.slice(0, 2), 'Sec-WebSocket-Version: 8', KEY)],
    ['upgrade without a key', ...get(HOST, ...UPGRADE.slice(0, 3))],
    ['upgrade with two keys', ...get(HOST, ...UPGRADE, KEY)],
    ['upgrade with a short key', ...get(HOST, ...UPGRADE.slice(0, 3), 'Sec-WebSocket-Key: dGhl')],
    ['upgrade that asks for a subprotocol', ...get(HOST, ...UPGRADE, 'Sec-WebSocket-Protocol: token.SECRET')],
    ['upgrade with a body', ...get(HOST, ...UPGRADE, 'Content-Length: 3'), '', 'abc'],
    ['upgrade in version 1.0', 'GET / HTTP/1.0', HOST, ...UPGRADE],
    ['upgrade with cookies and an evil Origin', ...get(HOST, 'Cookie: session=1', 'Origin: http://evil.example', ...UPGRADE)],
    ['headers larger than allowed', ...get(HOST, `X-Y: ${'a'.repeat(20_000)}`)],
    ['a target larger than the headers may be', `GET /${'a'.repeat(20_000)} HTTP/1.1`, HOST],
    ['no HTTP at all', 'SSH-2.0-OpenSSH_9.2'],
    ['the beginning of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['a request behind an empty line and garbage', '', 'garbage', ...get(HOST)],
  ]),
] // prettier-ignore
