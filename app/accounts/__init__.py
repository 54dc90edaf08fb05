"""How do people prove who they are beyond a password: links, passkeys, work accounts, second factors?"""
