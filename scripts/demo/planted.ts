// Personal data that the sample conversations hold on purpose. All of it is made up: nobody has these names, numbers and
// addresses. None of it may be found in anything that Clew shows.
export const PLANTED = {
  mailTraveller: 'hanneke.roodborst@example.org',
  mailAnalyst: 'o.vandermolen@example.net',
  mailStudent: 'fleur.tastevin@example.edu',
  phoneTraveller: '+31 6 1234 9876',
  phoneCandidate: '+44 20 7946 0123',
  card: '4111 1111 1111 1111',
  iban: 'NL91 ABNA 0417 1643 00',
  apiKey: 'sk-proj-Wd81kQzP0vLx3Nf6TyRb2HsJ7cGmAe9U',
  address: '192.0.2.146',
  personTraveller: 'Hanneke Roodborst',
  personEmployee: 'Eleanor Pickersgill',
  personCandidate: 'Dmitri Volkonsky',
  personStarter: 'Annelise Brockhurst',
  mailStarter: 'annelise.b@example.com',
  addressAbroad: '198.51.100.77',
  personTenant: 'Tamsin Okonkwo',
  phoneTenant: '+44 7700 900142',
} as const;
