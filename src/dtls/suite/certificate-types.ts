/** Certificate types (RFC 7250 7, IANA): what a Certificate message holds. */

export const CERTIFICATE_TYPE = { x509: 0, 'raw-public-key': 2 } as const;

export type CertificateTypeName = keyof typeof CERTIFICATE_TYPE;
