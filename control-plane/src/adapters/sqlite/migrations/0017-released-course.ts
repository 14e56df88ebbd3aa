// How threads of a released topic went. Days that were drawn before have neither, and are not drawn again.
export const releasedCourse = `
ALTER TABLE released_topics ADD COLUMN corrected INTEGER;
ALTER TABLE released_topics ADD COLUMN turns INTEGER;
`;
