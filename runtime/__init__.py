"""What every process of ours starts with, settings and logs, and what every gRPC server of ours needs at its door.

Imports nothing of ours; both services import it. Only `tls` imports grpc.
"""
