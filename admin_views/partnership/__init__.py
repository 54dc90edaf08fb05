"""Who is the partnership: agencies, people, hubs, seats, agreements, priorities?"""
