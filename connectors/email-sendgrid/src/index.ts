export { emailSendgrid, emailSendgrid as default, type SendGridSettings } from './email-sendgrid.ts';
