// Verdicts hang on their requests, which say whose they are; of a person's vectors every model is looked at.
export const verdictsHang = `
CREATE TRIGGER link_verdicts_go AFTER DELETE ON requests BEGIN
  DELETE FROM link_verdicts WHERE scope = OLD.scope AND request_id = OLD.id;
END;
DELETE FROM link_verdicts WHERE NOT EXISTS (SELECT 1 FROM requests r WHERE r.scope = link_verdicts.scope AND r.id = link_verdicts.request_id);
-- What a person set right names whose thread it was, which may hold requests of others.
CREATE INDEX link_verdicts_person ON link_verdicts (scope, principal) WHERE source = 'person';
DROP INDEX link_verdicts_principal;

CREATE INDEX vectors_of_principal ON vectors (scope, principal);
DROP INDEX vectors_principal;
`;
