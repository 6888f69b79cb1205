export { smsTwilio, smsTwilio as default, type TwilioSettings } from './sms-twilio.ts';
