"""S3: bodies as files, their index in moto, and the front that streams between them.

`front` takes every request, `receiving` and `sending` stream it, `bodies` are the files, `records`
asks moto and keeps what it changed. `objects`, `uploads` and `keystore` are moto's records made fit
for bodies outside of memory. `store` is the lake as the other services see it.
"""
