import { domainToASCII } from 'node:url';
import { sha256Of } from '@tendril/kernel';

/**
 * The hash by which an address is suppressed: it survives erasure, and a re-import of the address written another way finds it.
 * E-mail is trimmed, lower-cased and its domain made ASCII; phone numbers lose spaces and the separators `-.()`;
 * other channels' addresses are trimmed. Two people never share a hash unless a mail server would tell `Ann@` from `ann@`.
 */
export function addressHash(channel: string, address: string): string {
  if (channel === 'email') return sha256Of('address', 'email', normalEmail(address));
  if (channel === 'sms') return sha256Of('address', 'phone', address.replace(/[\s\-.()]/g, ''));
  return sha256Of('address', channel, address.trim());
}

function normalEmail(address: string): string {
  const text = address.trim().normalize('NFC').toLowerCase();
  const at = text.lastIndexOf('@');
  const domain = text.slice(at + 1);
  // A domain that is none gives '': kept as written, so that distinct addresses stay distinct.
  return text.slice(0, at + 1) + (domainToASCII(domain) || domain);
}
