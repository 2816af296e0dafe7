/** QR codes as pictures that can be printed on a device or scanned from a screen. */
export const PICTURES = ['svg', 'png', 'terminal'] as const;
export type Picture = (typeof PICTURES)[number];

/** The QR code of `text`; a PNG is bytes, the others are text. */
export async function pictureOf(text: string, form: Picture): Promise<string | Uint8Array> {
  const { toBuffer, toString: toText } = await import('qrcode');
  switch (form) {
    case 'svg':
      return toText(text, { type: 'svg' });
    case 'png':
      return toBuffer(text, { type: 'png', scale: 8 });
    case 'terminal':
      return `${await toText(text, { type: 'terminal', small: true })}\n`;
  }
}
