"""The way to a Docker engine and what it holds. The only room that imports docker, paramiko and what docker is made of."""
