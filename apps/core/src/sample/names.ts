/** Trades, as the sample company's tracking plan names them. */
export type Industry = 'clinics' | 'retail' | 'logistics' | 'hospitality' | 'other';

/** Common given names; combined at random with family names, so nobody in particular is meant. */
export const GIVEN = [
  'Aisha', 'Anna', 'Aoife', 'Ben', 'Chloe', 'Claire', 'Daniel', 'David', 'Elena', 'Emma', 'Fatima', 'Femke', 'George', 'Hannah',
  'Hugo', 'Ines', 'Isaac', 'Jan', 'Julia', 'Karim', 'Laura', 'Leon', 'Lucy', 'Marie', 'Mark', 'Mei', 'Miriam', 'Nadia', 'Niall',
  'Oliver', 'Paul', 'Priya', 'Rosa', 'Samir', 'Sarah', 'Simon', 'Sofia', 'Thomas', 'Victor', 'Yusuf',
] as const;

/** Common family names. */
export const FAMILY = [
  'Adams', 'Ahmed', 'Bailey', 'Bakker', 'Becker', 'Bennett', 'Brown', 'Byrne', 'Carter', 'Clarke', 'Costa', 'Dubois', 'Evans', 'Fischer',
  'Foster', 'Garcia', 'Green', 'Hall', 'Hughes', 'Jansen', 'Kelly', 'Khan', 'Lambert', 'Lee', 'Martin', 'Meyer', 'Murphy', 'Novak',
  "O'Brien", 'Patel', 'Peters', 'Roberts', 'Schmidt', 'Shah', 'Smit', 'Taylor', 'Turner', 'Walsh', 'Weber', 'Wright',
] as const;

/** First halves of company names: words for places that belong to nobody. */
export const PLACES = [
  'Ashdown', 'Birchwood', 'Brookside', 'Cedar Lane', 'Coldharbour', 'Copper Hill', 'Dovecote', 'Eastgate', 'Elm Park', 'Fairfield',
  'Fernbank', 'Foxglove', 'Glenmore', 'Greenway', 'Harbour Street', 'Hazelwood', 'Highfield', 'Holly Tree', 'Ivy Bridge', 'Kingsmead',
  'Lakeside', 'Larch Road', 'Longmeadow', 'Marlow Green', 'Meadowbank', 'Mill Lane', 'Moorland', 'Northgate', 'Oakfield', 'Old Quay',
  'Orchard', 'Park Row', 'Pinewood', 'Quarry Hill', 'Redstone', 'Riverside', 'Rosehill', 'Rowan', 'Silver Birch', 'Southbank',
  'Springfield', 'Station Road', 'Stonebridge', 'Summerhill', 'Thornbury', 'Uplands', 'Valley View', 'Waterside', 'Westbrook', 'Willow',
] as const;

/** Second halves, by trade. */
export const KINDS: Readonly<Record<Industry, readonly string[]>> = {
  clinics: ['Clinic', 'Dental', 'Physiotherapy', 'Health Group', 'Eye Care', 'Medical Centre'],
  retail: ['Stores', 'Garden Centres', 'Outdoor', 'Books', 'Homeware', 'Foods'],
  logistics: ['Logistics', 'Couriers', 'Freight', 'Warehousing', 'Removals', 'Parcels'],
  hospitality: ['Hotels', 'Kitchen', 'Cafés', 'Inns'],
  other: ['Studios', 'Academy', 'Works', 'Partners'],
};
