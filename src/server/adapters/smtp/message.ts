/** A letter as text and as HTML. */
import { oneLine, plainText } from '../../../shared/format/plain-text.ts';
import type { Letter } from '../../ports/mailer.ts';

const mostSubject = 200;
const mostParagraph = 10_000;
const mostParagraphs = 100;
const mostAddress = 2_000;

/** The parts of a message that come from a letter. */
export interface Message {
  subject: string;
  text: string;
  html: string;
}

/** The letter with everything that is too long cut, and everything that could break out of its place made harmless. */
export function messageOf({ subject, paragraphs, action, footer }: Letter): Message {
  const shown = paragraphs.slice(0, mostParagraphs).map((paragraph) => plainText(paragraph, mostParagraph));
  const link = action !== undefined && /^https?:\/\//i.test(action.url) ? action : undefined;
  const end = footer === undefined ? [] : [`-- \n${plainText(footer, mostParagraph)}`];
  const textLink = link === undefined ? [] : [`${oneLine(link.label, mostSubject)}: ${oneLine(link.url, mostAddress)}`];
  return {
    subject: oneLine(subject, mostSubject),
    text: `${[...shown, ...textLink, ...end].join('\n\n')}\n`,
    html: htmlOf(shown, link, footer === undefined ? '' : plainText(footer, mostParagraph)),
  };
}

function htmlOf(paragraphs: readonly string[], link: Letter['action'], footer: string): string {
  const style = 'margin:0 0 16px;font:16px/1.5 system-ui,sans-serif;color:#2C3E50';
  const button = 'display:inline-block;padding:10px 18px;border-radius:6px;background:#B8410E;color:#FFFFFF;text-decoration:none';
  const parts = [
    ...paragraphs.map((paragraph) => `<p style="${style}">${escaped(paragraph).replaceAll('\n', '<br>')}</p>`),
    ...(link === undefined
      ? []
      : [
          `<p style="${style}"><a href="${escaped(oneLine(link.url, mostAddress))}" style="${button}">${escaped(oneLine(link.label, mostSubject))}</a></p>`,
        ]),
    ...(footer === '' ? [] : [`<p style="${style};font-size:13px;color:#5A6B7B">${escaped(footer)}</p>`]),
  ];
  return `<!doctype html><html><body style="margin:24px;max-width:640px">${parts.join('')}</body></html>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}
