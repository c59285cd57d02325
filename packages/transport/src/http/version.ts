/** The version of the packages; a test holds it to the manifest's. */
export const version = '0.1.0'
