/** This page's address as a code, for a real phone beside this device. */
import { t } from '../page/i18n.js';
import { el, show } from '../shared/dom.js';

/** Names by which a device reaches only itself. */
const ITSELF = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** A panel that fills itself once the drawing module is there. */
export function phonePanel() {
  const place = el('div', { class: 'phone' });
  // What somebody types behind the # of his own address belongs to his browser; the demo's own is for every device.
  const address = location.origin + '/' + location.hash;
  void import('/assets/wasm/wallet.js').then(
    ({ qrSvg }) => {
      const src = `data:image/svg+xml,${encodeURIComponent(qrSvg(address))}`;
      show(place, el('img', { class: 'phone-code', id: 'phone-code', src, alt: t('phone.code', { address: location.origin }), width: '200', height: '200' }), advice());
    },
    () => show(place, advice()),
  );
  return el('section', { class: 'panel', 'aria-labelledby': 'phone-title' }, el('h2', { id: 'phone-title' }, t('phone.title')), place);
}

function advice() {
  const words = [t('phone.how')];
  if (ITSELF.test(location.hostname)) words.push(t('phone.itself'));
  else if (location.protocol === 'http:') words.push(t('phone.http'));
  else words.push(t('phone.certificate'));
  return el('div', { class: 'phone-how' }, words.map((line) => el('p', {}, line)), el('p', { class: 'quiet', id: 'phone-address' }, location.origin));
}
