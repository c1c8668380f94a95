// The test phone is the simulator's: tests, carriers and demo agents share one SIP user agent.
export * from '../../../scripts/simulator/phone/index.ts'
