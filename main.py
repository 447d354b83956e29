from source_intercom.run import run

run()
