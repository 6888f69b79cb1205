/**
 * Domains at which anybody can have an address, grouped by provider: those with the most users worldwide and in Europe, throw-away
 * ones left out. None of them is a company's.
 */
const FREE_MAIL = new Set(
  [
    'gmail.com googlemail.com',
    'outlook.com outlook.de outlook.fr outlook.es outlook.it hotmail.com hotmail.co.uk hotmail.de hotmail.fr hotmail.es hotmail.it live.com live.co.uk live.de live.fr live.nl msn.com',
    'yahoo.com yahoo.co.uk yahoo.de yahoo.fr yahoo.es yahoo.it yahoo.ca yahoo.co.in yahoo.co.jp yahoo.com.au yahoo.com.br ymail.com rocketmail.com',
    'icloud.com me.com mac.com',
    'aol.com aim.com',
    'proton.me protonmail.com protonmail.ch pm.me tutanota.com tuta.io tuta.com hey.com fastmail.com zoho.com zohomail.com mailbox.org posteo.de',
    'gmx.de gmx.net gmx.at gmx.ch gmx.com web.de freenet.de t-online.de arcor.de mail.de mail.com email.de',
    'orange.fr wanadoo.fr free.fr laposte.net sfr.fr bbox.fr neuf.fr',
    'libero.it virgilio.it tiscali.it alice.it tin.it',
    'btinternet.com sky.com talktalk.net ntlworld.com virginmedia.com blueyonder.co.uk',
    'comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net juno.com',
    'rogers.com shaw.ca sympatico.ca telus.net bigpond.com optusnet.com.au xtra.co.nz',
    'ziggo.nl kpnmail.nl planet.nl hetnet.nl home.nl telenet.be skynet.be bluewin.ch hispeed.ch',
    'wp.pl o2.pl onet.pl interia.pl op.pl seznam.cz centrum.cz abv.bg freemail.hu citromail.hu',
    'mail.ru bk.ru inbox.ru list.ru yandex.ru yandex.com ya.ru rambler.ru ukr.net',
    'qq.com foxmail.com 163.com 126.com sina.com sohu.com naver.com daum.net hanmail.net',
    'rediffmail.com uol.com.br bol.com.br terra.com.br',
  ].flatMap((line) => line.split(' ')),
);

/** Whether a domain is a mail provider's, at which everybody can have an address: never an account. */
export function isFreeMail(domain: string): boolean {
  return FREE_MAIL.has(domain.toLowerCase());
}
