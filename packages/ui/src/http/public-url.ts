// URLs in requests, which the model's server fetches, and URLs in answers, which a page links to.

/**
 * May a user's message name this URL? Only https, and no host that is certainly inside a network: an IP address, a name
 * without a dot, `localhost`, `.internal`, `.local`. What a public name resolves to is not known here.
 */
export function isPublicUrl(text: string): boolean {
  if (!/^https:\/\//i.test(text) || !URL.canParse(text)) return false
  const { hostname, username, password } = new URL(text)
  const isName = /^[^[\]]+\.[a-z][^.]*\.?$/i.test(hostname) // the URL parser turns each form of an IPv4 address into digits
  return isName && !/\.(?:localhost|internal|local)\.?$/i.test(hostname) && username === '' && password === ''
}

/** May a page link to this URL? A model can be made to cite `javascript:`. */
export const isLink = (url: string): boolean => /^https?:\/\//i.test(url)

/** May a page show the file at this URL? */
export const isFileUrl = (url: string): boolean => isLink(url) || /^data:/i.test(url)
